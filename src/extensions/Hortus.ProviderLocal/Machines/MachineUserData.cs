using System.Text.Json;
using Hortus.Extensions;

namespace Hortus.ProviderLocal.Machines;

/// <summary>What a local machine gets at its start: files, and flags for its kubelet. The form is JSON, because the driver
/// reads it again.</summary>
internal sealed record MachineUserData
{
    /// <summary>Where the image map is on a machine.</summary>
    public const string ImageMapPath = "/etc/hortus/image-map.yaml";

    /// <summary>Files by absolute path.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Flags for the kubelet, such as <c>--cluster-dns=10.4.0.10</c>.</summary>
    public IReadOnlyList<string> KubeletFlags { get; init; } = [];

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>Reads user data.</summary>
    /// <exception cref="MachineDriverException">InvalidArgument: it is not what <see cref="Write"/> makes, or lacks the
    /// bootstrap kubeconfig.</exception>
    public static MachineUserData Read(byte[] text)
    {
        MachineUserData? data;
        try
        {
            data = JsonSerializer.Deserialize<MachineUserData>(text);
        }
        catch (JsonException e)
        {
            throw new MachineDriverException(MachineErrorCode.InvalidArgument, $"user data is not valid JSON: {e.Message}", e);
        }

        return data?.Files.ContainsKey(MachineFiles.BootstrapKubeconfig) == true
            ? data
            : throw new MachineDriverException(
                MachineErrorCode.InvalidArgument, $"user data has no file {MachineFiles.BootstrapKubeconfig}: the machine could not join");
    }
}
