using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Extensions;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.ProviderLocal.Machines;

/// <summary>The <c>providerSpec</c> of local machine classes.</summary>
internal sealed record LocalProviderSpec
{
    /// <summary>Name of this provider in machine classes.</summary>
    public const string Provider = "local";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Image of the machine pod.</summary>
    public string? Image { get; init; }

    /// <summary>Namespace of the machine pods; that of the machine when absent.</summary>
    public string? Namespace { get; init; }

    /// <summary>IPPool for the machine's address; absent means an address like any other pod's.</summary>
    public string? IpPoolNameV4 { get; init; }

    public JsonObject Write() => (JsonObject)JsonSerializer.SerializeToNode(this, Json)!;

    /// <summary>Reads the specification of a class.</summary>
    /// <exception cref="MachineDriverException">InvalidArgument: another provider's class, or malformed.</exception>
    public static LocalProviderSpec Read(MachineClass machineClass)
    {
        if (machineClass.Provider != Provider)
        {
            throw Invalid($"provider is \"{machineClass.Provider}\", this driver serves \"{Provider}\"");
        }

        try
        {
            return machineClass.ProviderSpec?.Deserialize<LocalProviderSpec>(Json) is { Image.Length: > 0 } spec
                ? spec
                : throw Invalid("providerSpec.image is needed");
        }
        catch (JsonException e)
        {
            throw Invalid($"providerSpec is malformed: {e.Message}");
        }

        MachineDriverException Invalid(string reason) =>
            new(MachineErrorCode.InvalidArgument, $"MachineClass {machineClass.Key}: {reason}");
    }
}
