using Hortus.Objects;
using Hortus.Runtime;
using Namespace = Hortus.Objects.Kubernetes.Namespace;

namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>Where network policies are made, read from the flags.</summary>
internal sealed record NetworkPolicySettings
{
    private IReadOnlyList<LabelSelectorMatcher> Selectors { get; init; } = [];

    /// <summary>The ingress controller; null when Ingresses do not matter.</summary>
    public IngressPeer? Ingress { get; private init; }

    /// <summary>Reads the flags.</summary>
    /// <exception cref="SettingException">A flag has a value that cannot be used.</exception>
    public static NetworkPolicySettings Of(ResourceManagerOptions options) => new()
    {
        Selectors = SelectorsOf(options.NetworkPolicyNamespaceSelector),
        Ingress = IngressOf(options),
    };

    /// <summary>Whether Services of a namespace get policies; all do when no selector is given.</summary>
    public bool Handles(Namespace @namespace) => Selectors.Count == 0 || Selectors.Any(s => s.Matches(@namespace.Metadata.Labels));

    private static LabelSelectorMatcher[] SelectorsOf(string? text)
    {
        try
        {
            return
            [
                .. (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(LabelSelectorMatcher.Parse),
            ];
        }
        catch (FormatException e)
        {
            throw new SettingException($"--network-policy-namespace-selector: {e.Message}", e);
        }
    }

    private static IngressPeer? IngressOf(ResourceManagerOptions options)
    {
        var labels = options.IngressControllerPodLabels;
        return (options.IngressControllerNamespace, labels.Count > 0) switch
        {
            (null, false) => null,
            ({ } @namespace, true) => new IngressPeer(@namespace, new LabelSelector { MatchLabels = labels }),
            _ => throw new SettingException(
                "--ingress-controller-namespace and --ingress-controller-pod-labels go together: give both or none"),
        };
    }
}
