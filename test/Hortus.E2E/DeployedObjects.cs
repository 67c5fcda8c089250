using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>Looks for what is deployed past the resource managers.</summary>
internal static class DeployedObjects
{
    private const string Origin = "resources.gardener.cloud/origin";

    // On what a gardenlet's chart installed: the gardenlet keeps that itself.
    private const string AppliedBy = "hortus.dev/applied-by";

    // What there has to be before a resource manager can work, and what Kubernetes itself puts into every namespace.
    private static readonly string[] Direct =
    [
        "Deployment/garden/gardener-operator", "ServiceAccount/garden/gardener-operator", "Service/garden/gardener-operator",
        "Role/garden/gardener-operator", "RoleBinding/garden/gardener-operator",
        "Deployment/garden/gardener-resource-manager", "ServiceAccount/garden/gardener-resource-manager",
        "ClusterRole//gardener-operator", "ClusterRoleBinding//gardener-operator",
        "ClusterRole//hortus:garden:gardener-resource-manager", "ClusterRoleBinding//hortus:garden:gardener-resource-manager",
    ];

    private static readonly string[] OfKubernetes =
    [
        "admin", "edit", "view", "cluster-admin", "default", "kube-root-ca.crt", "extension-apiserver-authentication",
        "extension-apiserver-authentication-reader",
    ];

    // The zones of provider-local: what a cloud would keep.
    private const string Records = "dns-record-";

    /// <summary>Objects of these kinds that have no origin and are none of those that have to be deployed directly.</summary>
    public static async Task<IReadOnlyList<string>> WithoutOriginAsync(
        Func<string[], Task<CommandResult>> kubectl, string? @namespace, params string[] kinds)
    {
        string[] where = @namespace is null ? [] : ["-n", @namespace];
        var answer = (await kubectl([.. where, "get", string.Join(',', kinds), "-o", "json"])).Succeeded();
        return
        [
            .. from item in JsonNode.Parse(answer)!["items"]!.AsArray()
               let metadata = item!["metadata"]!
               let name = (string)metadata["name"]!
               let id = $"{item["kind"]}/{metadata["namespace"]}/{name}"
               where metadata["annotations"]?[Origin] is null && metadata["labels"]?[AppliedBy] is null && metadata["ownerReferences"] is null
                   && !name.StartsWith("system:", StringComparison.Ordinal) && !name.StartsWith(Records, StringComparison.Ordinal)
                   && !OfKubernetes.Contains(name) && !Direct.Contains(id)
               select id,
        ];
    }
}
