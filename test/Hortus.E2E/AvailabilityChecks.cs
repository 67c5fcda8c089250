using System.Globalization;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>What a garden has that was started with <c>--ha</c> on an etcd.</summary>
internal sealed class AvailabilityChecks(LocalGarden garden)
{
    private const string Operator = "gardener-operator";
    private const string Gardenlet = "gardenlet-leader-election";

    // Stores have one member, and the registry of a local garden is no part of it.
    private static readonly string[] Doubled =
    [
        "deployment/gardener-operator", "deployment/gardenlet", "deployment/gardener-resource-manager",
        "deployment/virtual-garden-gardener-resource-manager", "deployment/virtual-garden-kube-controller-manager",
        "deployment/gardener-controller-manager", "deployment/gardener-scheduler",
        "statefulset/virtual-garden-kube-apiserver", "statefulset/gardener-apiserver",
    ];

    /// <summary>All components of the garden, and the extension in the runtime cluster and on the seed, have two ready pods and a
    /// budget of evictions.</summary>
    public async Task HasTwoPodsOfEachAsync()
    {
        foreach (var workload in Doubled)
        {
            (await garden.RuntimeKubectlAsync("-n", "garden", "wait", workload, "--for=jsonpath={.status.readyReplicas}=2", "--timeout=1m"))
                .Succeeded();
            (await garden.RuntimeKubectlAsync("-n", "garden", "get", "pdb", workload.Split('/')[1], "-o", "jsonpath={.spec.maxUnavailable}"))
                .Succeeded().ShouldBe("1");
        }

        // What somebody brings has as many as its own manifest says.
        (await garden.RuntimeKubectlAsync("get", "deployments", "-A", "-o",
            "jsonpath={range .items[?(@.spec.replicas==1)]}{.metadata.namespace}/{.metadata.name} {end}")).Succeeded()
            .ShouldBe("runtime-extension-backup-s3/gardener-extension-backup-s3 ");
    }

    /// <summary>The pods that lead are gone without a word; others hold their leases, and do their work.</summary>
    public async Task SurvivesItsLeadersAsync()
    {
        var (oldOperator, oldGardenlet) = (await HolderAsync(Operator), await HolderAsync(Gardenlet));

        (await garden.RuntimeKubectlAsync("-n", "garden", "delete", "pod", oldOperator, oldGardenlet, "--force", "--grace-period=0")).Succeeded();

        await GardenToShootTests.EventuallyAsync("another operator leads", async () => IsAnother(await HolderAsync(Operator), oldOperator));
        await GardenToShootTests.EventuallyAsync("another gardenlet leads", async () => IsAnother(await HolderAsync(Gardenlet), oldGardenlet));
        (await garden.RuntimeKubectlAsync("annotate", "gardens.operator.gardener.cloud", "local", "gardener.cloud/operation=reconcile")).Succeeded();
        await GardenToShootTests.EventuallyAsync("the operator has done what it was asked for", async () =>
            (await garden.RuntimeKubectlAsync("get", "gardens.operator.gardener.cloud", "local", "-o",
                "jsonpath={.metadata.annotations.gardener\\.cloud/operation} {.status.lastOperation.state}")).Output == " Succeeded");
        var renewed = await RenewedAsync();
        await GardenToShootTests.EventuallyAsync("the gardenlet says that it lives", async () => await RenewedAsync() > renewed);
    }

    private static bool IsAnother(string holder, string former) => holder.Length > 0 && holder != former;

    private async Task<string> HolderAsync(string lease) =>
        (await garden.RuntimeKubectlAsync("-n", "garden", "get", "lease", lease, "-o", "jsonpath={.spec.holderIdentity}")).Succeeded();

    private async Task<DateTimeOffset> RenewedAsync() => DateTimeOffset.Parse(
        (await garden.KubectlAsync("-n", "gardener-system-seed-lease", "get", "lease", "local", "-o", "jsonpath={.spec.renewTime}")).Succeeded(),
        CultureInfo.InvariantCulture);
}
