using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;

namespace Hortus.Operator;

/// <summary>The ManagedResources of Extensions.</summary>
internal sealed class ExtensionResources(IKubernetesClient runtime)
{
    private const string Operator = "gardener-operator";

    private readonly ManagedResourceWriter writer = new(runtime, Operator);

    /// <summary>Its part in the runtime cluster.</summary>
    public static ManagedResourceSettings Runtime(string extension) => ManagedResourceSettings.ForSeed(ExtensionNames.Runtime(extension));

    /// <summary>Its admission in the runtime cluster.</summary>
    public static ManagedResourceSettings AdmissionRuntime(string extension)
    {
        var settings = ManagedResourceSettings.ForSeed(ExtensionNames.AdmissionRuntime(extension));
        return settings with { Labels = new Dictionary<string, string>(settings.Labels!) { ["origin"] = Operator } };
    }

    /// <summary>Its admission in the virtual garden.</summary>
    public static ManagedResourceSettings AdmissionVirtual(string extension) => ForVirtual(ExtensionNames.AdmissionVirtual(extension));

    /// <summary>Its registration in the virtual garden.</summary>
    public static ManagedResourceSettings Registration(string extension) => ForVirtual(ExtensionNames.Registration(extension));

    /// <summary>Writes a ManagedResource.</summary>
    /// <exception cref="ExtensionPartException">The objects cannot be handed over as they are.</exception>
    public async Task<ManagedResource> WriteAsync(
        ManagedResourceSettings settings, ManifestBundle bundle, string? chartDigest, CancellationToken cancellationToken)
    {
        try
        {
            var annotations = chartDigest is null
                ? null
                : new Dictionary<string, string> { [ResourceNames.ChartDigest] = chartDigest };
            return await writer.WriteAsync(settings with { Annotations = annotations }, bundle, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new ExtensionPartException(e.Message, e);
        }
    }

    /// <summary>What is missing until a ManagedResource is healthy and rolled out.</summary>
    public static ExtensionStep StepOf(ManagedResource resource, string? note)
    {
        var objection = ManagedResourceHealth.WaitsFor(resource);
        return new ExtensionStep(objection is null ? null : $"ManagedResource {resource.Key}: {objection}", note);
    }

    /// <summary>Has a ManagedResource and its objects deleted.</summary>
    /// <returns>Done when it is gone.</returns>
    public async Task<ExtensionStep> DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await runtime.FindAsync<ManagedResource>(key, cancellationToken) is not { } resource)
        {
            return ExtensionStep.Done;
        }

        if (!resource.Metadata.IsDeleting())
        {
            await writer.DeleteAsync(key, cancellationToken);
            resource = await runtime.FindAsync<ManagedResource>(key, cancellationToken);
        }

        return ManagedResourceHealth.WhyStillThere(resource) is { } why
            ? ExtensionStep.Waits($"ManagedResource {key} is being deleted: {why}")
            : ExtensionStep.Done;
    }

    private static ManagedResourceSettings ForVirtual(ObjectKey key) => ManagedResourceSettings.ForShoot(key, Operator, keepObjects: false);
}
