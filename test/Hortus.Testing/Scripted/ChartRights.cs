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

    /// <summary>Gives a chart's service account its rights.</summary>
    /// <param name="client">An administrator's.</param>
    /// <param name="chart">Folder below charts/.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task GrantAsync(IKubernetesClient client, string chart, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        foreach (var value in await Rendered.GetOrAdd(chart, RenderAsync))
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
