using System.Text;
using Hortus.Kubelet.Pods;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Network;

/// <summary>Writes the files of a pod's <c>/etc</c> that concern names: hosts, hostname, resolv.conf.</summary>
internal static class EtcFiles
{
    private const string HostResolvers = "/etc/resolv.conf";

    public static async Task WriteAsync(
        Pod pod, PodPlace place, KubeletOptions options, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var hostname = pod.Hostname(options.NodeName);
        await File.WriteAllTextAsync(Path.Combine(folder, "hostname"), hostname + "\n", cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "hosts"), Hosts(pod, place, hostname, options), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "resolv.conf"), Resolvers(pod, options), cancellationToken);
    }

    /// <summary>Name servers that the host itself uses.</summary>
    public static IReadOnlyList<string> HostNameservers() => File.Exists(HostResolvers)
        ? [.. File.ReadLines(HostResolvers).Select(l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length > 1 && w[0] == "nameserver").Select(w => w[1])]
        : [];

    internal static string Resolvers(Pod pod, KubeletOptions options)
    {
        var policy = pod.Spec.DnsPolicy ?? "ClusterFirst";
        var cluster = options.ClusterDns is not null &&
            (policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && !pod.IsHostNetwork()));
        List<string> servers = [], searches = [], settings = [];
        if (cluster)
        {
            servers.Add(options.ClusterDns!);
            searches.AddRange(
                [$"{pod.Metadata.Namespace}.svc.{options.ClusterDomain}", $"svc.{options.ClusterDomain}",
                    options.ClusterDomain]);
            settings.Add("ndots:5");
        }
        else if (policy != "None" && File.Exists(HostResolvers))
        {
            servers.AddRange(HostNameservers());
        }

        servers.AddRange(pod.Spec.DnsConfig?.Nameservers ?? []);
        searches.AddRange(pod.Spec.DnsConfig?.Searches ?? []);
        settings.AddRange(
            (pod.Spec.DnsConfig?.Options ?? []).Select(o => o.Value is null ? o.Name ?? "" : $"{o.Name}:{o.Value}"));
        var text = new StringBuilder();
        foreach (var server in servers)
        {
            text.Append($"nameserver {server}\n");
        }

        if (searches.Count > 0)
        {
            text.Append($"search {string.Join(' ', searches)}\n");
        }

        if (settings.Count > 0)
        {
            text.Append($"options {string.Join(' ', settings)}\n");
        }

        return text.ToString();
    }

    private static string Hosts(Pod pod, PodPlace place, string hostname, KubeletOptions options)
    {
        var text = new StringBuilder(
            "# Written by the kubelet.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        if (pod.IsHostNetwork() && File.Exists("/etc/hosts"))
        {
            text.Append(File.ReadAllText("/etc/hosts").TrimEnd()).Append('\n');
        }

        var full = pod.Spec.Subdomain is { Length: > 0 } subdomain
            ? $"{hostname}.{subdomain}.{pod.Metadata.Namespace}.svc.{options.ClusterDomain}\t{hostname}"
            : hostname;
        text.Append($"{place.PodIP ?? place.HostIP}\t{full}\n");
        foreach (var alias in pod.Spec.HostAliases ?? [])
        {
            text.Append($"{alias.Ip}\t{string.Join('\t', alias.Hostnames ?? [])}\n");
        }

        return text.ToString();
    }
}
