using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Pki;

namespace Hortus.Components.Charts;

/// <summary>Certificates that all pulls of charts trust, from the file that the environment names: <c>caBundle.inline</c> in it is
/// PEM.</summary>
public static class ChartTrust
{
    /// <summary>Names the file in the environment.</summary>
    public const string Variable = "IMAGEVECTOR_OVERWRITE_CHARTS";

    /// <summary>The certificates; null when the environment names no file, or the file has none.</summary>
    /// <exception cref="FormatException">The file cannot be read, or has something else there.</exception>
    public static string? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? Read(path) : null;

    /// <summary>The certificates in a file.</summary>
    /// <exception cref="FormatException">The file cannot be read, or has something else there.</exception>
    public static string? Read(string path)
    {
        JsonObject root;
        try
        {
            root = KubernetesYaml.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlFormatException)
        {
            throw new FormatException($"{Variable}: {path}: {e.Message}", e);
        }

        var found = root["caBundle"] switch
        {
            null => null,
            JsonObject bundle => bundle["inline"],
            _ => throw new FormatException($"{Variable}: {path}: caBundle: want a map"),
        };
        if (found is null)
        {
            return null;
        }

        var text = found.GetValueKind() == JsonValueKind.String ? found.GetValue<string>() : "";
        return Fault(text) is { } fault ? throw new FormatException($"{Variable}: {path}: caBundle.inline {fault}") : text;
    }

    /// <summary>Why a text is no certificates; null when it is.</summary>
    internal static string? Fault(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "is empty";
        }

        try
        {
            foreach (var certificate in Pem.ReadBundle(text))
            {
                certificate.Dispose();
            }

            return null;
        }
        catch (CryptographicException e)
        {
            return $"is not PEM: {e.Message}";
        }
    }
}
