using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Nodes;

/// <summary>What the machine says about itself.</summary>
internal static class NodeFacts
{
    /// <summary>The first address that others can reach; loopback when there is no other.</summary>
    public static IPAddress FindAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.NetworkInterfaceType != NetworkInterfaceType.Loopback &&
            i.OperationalStatus == OperationalStatus.Up &&
            !i.Name.StartsWith("hv", StringComparison.Ordinal))
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address)
        .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a))
            ?? IPAddress.Loopback;

    public static IReadOnlyDictionary<string, Quantity> Capacity(KubeletOptions options) =>
        new Dictionary<string, Quantity>
        {
            ["cpu"] = Number(Environment.ProcessorCount),
            ["memory"] = Quantity.Parse($"{MemoryKibibytes()}Ki"),
            ["pods"] = Number(options.MaxPods),
            ["ephemeral-storage"] = Quantity.Parse($"{new DriveInfo(options.RootDirectory).TotalSize / 1024}Ki"),
        };

    public static NodeSystemInfo SystemInfo(KubeletOptions options) => new()
    {
        MachineID = ReadLine("/etc/machine-id"),
        SystemUUID = ReadLine("/etc/machine-id"),
        BootID = ReadLine("/proc/sys/kernel/random/boot_id"),
        KernelVersion = ReadLine("/proc/sys/kernel/osrelease"),
        OsImage = OsName(),
        ContainerRuntimeVersion = "hortus://1.0",
        KubeletVersion = options.KubernetesVersion,
        KubeProxyVersion = options.ServiceProxy ? options.KubernetesVersion : "",
        OperatingSystem = "linux",
        Architecture = ArchitectureName,
    };

    /// <summary>Processor architecture in Kubernetes' words.</summary>
    public static string ArchitectureName =>
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    private static Quantity Number(long value) => Quantity.Parse(value.ToString(CultureInfo.InvariantCulture));

    private static long MemoryKibibytes() => File.ReadLines("/proc/meminfo")
        .Where(l => l.StartsWith("MemTotal:", StringComparison.Ordinal))
        .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .First();

    private static string ReadLine(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "";

    private static string OsName() => File.Exists("/etc/os-release")
        ? File.ReadLines("/etc/os-release").Where(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
            .Select(l => l["PRETTY_NAME=".Length..].Trim('"')).FirstOrDefault("Linux")
        : "Linux";
}
