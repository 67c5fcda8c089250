using System.Collections.Concurrent;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Testing.Scripted;

/// <summary>Components that have no more rights in a cluster than their charts give them.</summary>
public static class ChartRights
{
    private const string Namespace = "garden";

    private static readonly string[] Accounts = ["gardener-operator", "gardenlet"];

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly ConcurrentDictionary<string, Task<IReadOnlyList<KubernetesObject>>> Rendered = new(StringComparer.Ordinal);

    /// <summary>Starts a server on which rights count; who comes without credentials has all of them.</summary>
    public static async Task<InProcessApiServer> StartServerAsync(CancellationToken cancellationToken)
    {
        var tokens = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(tokens, Accounts.Select(TokenLine), cancellationToken);
            return await InProcessApiServer.StartAsync(
                new ApiServerOptions { AuthorizationMode = ["RBAC"], TokenAuthFile = tokens }, [], TimeProvider.System, cancellationToken);
        }
        finally
        {
            File.Delete(tokens);
        }
    }

    /// <summary>Gives a chart's service account its rights; returns when the server grants them.</summary>
    /// <param name="client">An administrator's.</param>
    /// <param name="chart">Folder below charts/.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task GrantAsync(IKubernetesClient client, string chart, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var rights = await Rendered.GetOrAdd(chart, RenderAsync);
        foreach (var value in rights)
        {
            switch (value)
            {
                case ClusterRole role:
                    await client.CreateAsync(role, cancellationToken);
                    break;
                case ClusterRoleBinding binding:
                    await client.CreateAsync(binding, cancellationToken);
                    break;
                case Role role:
                    await client.CreateAsync(role, cancellationToken);
                    break;
                case RoleBinding binding:
                    await client.CreateAsync(binding, cancellationToken);
                    break;
                default:
                    throw new InvalidOperationException($"{value.Key} is no right");
            }
        }

        // The server takes in what is written a moment later, and a component that is refused at its start ends.
        foreach (var binding in rights.OfType<ClusterRoleBinding>())
        {
            var role = rights.OfType<ClusterRole>().Single(found => found.Metadata.Name == binding.RoleRef.Name);
            await UntilGrantedAsync(client, binding.Subjects!, role.Rules!, null, cancellationToken);
        }

        foreach (var binding in rights.OfType<RoleBinding>())
        {
            var role = rights.OfType<Role>().Single(found => found.Key == new ObjectKey(binding.Metadata.Namespace, binding.RoleRef.Name!));
            await UntilGrantedAsync(client, binding.Subjects!, role.Rules!, binding.Metadata.Namespace, cancellationToken);
        }
    }

    private static async Task UntilGrantedAsync(
        IKubernetesClient client,
        IReadOnlyList<Subject> subjects,
        IReadOnlyList<PolicyRule> rules,
        string? space,
        CancellationToken cancellationToken)
    {
        var (account, rule) = (subjects[0], rules[^1]);
        var resource = rule.Resources![0].Split('/');
        var review = new SubjectAccessReview
        {
            Spec = new SubjectAccessReviewSpec
            {
                User = $"system:serviceaccount:{account.Namespace}:{account.Name}",
                ResourceAttributes = new ResourceAttributes
                {
                    Group = rule.ApiGroups![0],
                    Resource = resource[0],
                    Subresource = resource.ElementAtOrDefault(1),
                    Verb = rule.Verbs![0],
                    Namespace = space,
                    Name = rule.ResourceNames?.FirstOrDefault(),
                },
            },
        };
        while (!(await client.CreateAsync(review, cancellationToken)).Status.Allowed)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>A client of a service account of the namespace garden; the caller closes it.</summary>
    public static KubernetesClient ConnectAs(this InProcessApiServer server, string serviceAccount)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new(
            new ClientConnection { Server = server.Address, Token = serviceAccount },
            new ClientOptions { UserAgent = serviceAccount });
    }

    private static string TokenLine(string account) =>
        $"{account},system:serviceaccount:{Namespace}:{account},{account},\"system:serviceaccounts,system:serviceaccounts:{Namespace}\"";

    private static async Task<IReadOnlyList<KubernetesObject>> RenderAsync(string chart)
    {
        var result = await Commands.RunAsync(
            BuiltTools.Helm,
            Limit,
            "template", "rights", BuiltTools.Chart(chart), "--namespace=" + Namespace, "--show-only=templates/rbac.yaml");
        return
        [
            .. KubernetesYaml.ParseAll(result.Succeeded()).Where(item => item.Count > 0).Select(KubernetesObject (item) => $"{item["kind"]}" switch
            {
                "ClusterRole" => KubernetesJson.Deserialize<ClusterRole>(item),
                "ClusterRoleBinding" => KubernetesJson.Deserialize<ClusterRoleBinding>(item),
                "Role" => KubernetesJson.Deserialize<Role>(item),
                "RoleBinding" => KubernetesJson.Deserialize<RoleBinding>(item),
                var kind => throw new InvalidOperationException($"templates/rbac.yaml of {chart} has a {kind}"),
            }),
        ];
    }
}
