using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hortus.Charts;

namespace Hortus.Components.Charts;

/// <summary>Makes of a rendered chart what a ManagedResource's Secret holds. Pure.</summary>
public static partial class ChartManifests
{
    private const string Ending = ".yaml";
    private const int KeyLengthMax = 240;

    /// <summary>The objects, each under a key that names its template: <c>chart_templates_file.yaml</c>; for a template with several
    /// objects <c>chart_templates_file_Kind-namespace-name.yaml</c>.</summary>
    /// <param name="chart">The rendered chart; it is not changed.</param>
    /// <param name="injection">What its workloads get; null for nothing.</param>
    /// <exception cref="ChartException">An object is there twice.</exception>
    public static ManifestBundle Bundle(RenderedChart chart, WorkloadInjection? injection)
    {
        ArgumentNullException.ThrowIfNull(chart);
        var files = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var template in chart.Copy().Objects.GroupBy(o => o.Template))
        {
            var isOnly = template.Count() == 1;
            foreach (var (_, json) in template)
            {
                if (injection is not null)
                {
                    WorkloadInjector.Inject(json, injection);
                }

                var key = Key(isOnly ? template.Key : $"{Stem(template.Key)}/{Name(json)}{Ending}");
                if (!files.TryAdd(key, json))
                {
                    files.Add(Key($"{Stem(key)}-{files.Count}{Ending}"), json);
                }
            }
        }

        try
        {
            return ManifestBundle.OfFiles(files);
        }
        catch (ArgumentException e)
        {
            throw new ChartException($"chart {chart.Name} {chart.Version}: {e.Message}", e) { Chart = chart.Name };
        }
    }

    private static string Stem(string file) => file.EndsWith(Ending, StringComparison.Ordinal) ? file[..^Ending.Length] : file;

    private static string Name(JsonObject json) => string.Join('-', new[]
    {
        json["kind"]?.ToString(), json["metadata"]?["namespace"]?.ToString(), json["metadata"]?["name"]?.ToString(),
    }.Where(part => !string.IsNullOrEmpty(part)));

    private static string Key(string file)
    {
        var key = Illegal().Replace(file, "_");
        return key.Length <= KeyLengthMax
            ? key
            : $"{key[..(KeyLengthMax - 20)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file)))[..8]}{Ending}";
    }

    [GeneratedRegex("[^-._a-zA-Z0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex Illegal();
}
