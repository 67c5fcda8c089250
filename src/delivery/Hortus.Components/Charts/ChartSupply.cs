using Hortus.Charts;
using Hortus.Oci;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Components.Charts;

/// <summary>Where a component keeps charts and what renders them; its flags say so.</summary>
public sealed record ChartSupplySettings
{
    /// <summary>Folder in which charts are kept over restarts; null takes that of <see cref="ChartSupply.FolderVariable"/>, without which
    /// they are kept in memory only.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The <c>helm</c> program; null finds it, see <see cref="HelmBinary.Find"/>.</summary>
    public string? HelmBinary { get; init; }

    /// <summary>Registries (host, or host:port) that are asked without TLS.</summary>
    public IReadOnlyList<string> PlainHttpRegistries { get => field ??= []; init; }
}

/// <summary>Brings and renders charts for one component, each once.</summary>
public sealed class ChartSupply : IDisposable
{
    /// <summary>Names the folder in the environment, for components whose flags somebody else writes.</summary>
    public const string FolderVariable = "CHART_CACHE_DIR";

    private readonly ArtifactPuller puller;
    private readonly HelmRenderer helm;

    private ChartSupply(ArtifactPuller puller, HelmRenderer helm, string? caBundle)
    {
        this.puller = puller;
        this.helm = helm;
        Loader = new ChartLoader(puller, caBundle);
        Renderer = new CachedRenderer(helm);
    }

    /// <summary>Brings charts.</summary>
    public ChartLoader Loader { get; }

    /// <summary>Renders charts.</summary>
    public IChartRenderer Renderer { get; }

    /// <summary>Makes the supply of a component.</summary>
    /// <exception cref="SettingException">The file that <see cref="ChartTrust.Variable"/> names is unusable.</exception>
    public static ChartSupply Create(ChartSupplySettings settings, ComponentContext context)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(context);
        string? caBundle;
        try
        {
            caBundle = ChartTrust.FromEnvironment();
        }
        catch (FormatException e)
        {
            throw new SettingException(e.Message, e);
        }

        var options = new ChartPullerOptions
        {
            CacheFolder = settings.CacheFolder
                ?? (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : null),
            Registries = new RegistryOptions { PlainHttpRegistries = settings.PlainHttpRegistries },
        };
        return new ChartSupply(
            new ArtifactPuller(options, context.Metrics, context.Logs.CreateLogger<ArtifactPuller>(), context.Random, context.Clock),
            new HelmRenderer(Hortus.Charts.HelmBinary.Find(settings.HelmBinary), new HelmLimits()),
            caBundle);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        puller.Dispose();
        helm.Dispose();
    }
}
