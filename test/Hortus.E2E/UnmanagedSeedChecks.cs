using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>Follows docs/operations/gardenlets.md by its own manifest: the cluster of a Shoot becomes a seed that nobody manages.</summary>
internal sealed class UnmanagedSeedChecks(LocalGarden garden)
{
    private const string Name = "my-seed";
    private const string Kubeconfig = "my-seed-kubeconfig";
    private const string Shoot = "local";
    private const string Label = "hortus.dev/applied-by=gardenlet";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private string? shootKubeconfig;

    /// <summary>Gives the operator the kubeconfig and the Gardenlet; returns when the Seed is ready.</summary>
    public async Task DeployAsync()
    {
        shootKubeconfig = await garden.ShootKubeconfigAsync(Shoot);
        await HandOverKubeconfigAsync();
        var manifest = Path.Combine(garden.Scratch, "my-seed.yaml");
        await File.WriteAllTextAsync(manifest, await ManifestAsync());
        (await garden.KubectlAsync("apply", "-f", manifest)).Succeeded();
        await IsRegisteredAsync();
        (await garden.KubectlAsync(Limit, "wait", $"seed/{Name}", "--for=condition=GardenletReady", "--timeout=2m")).Succeeded();
        (await garden.KubectlAsync("-n", "kube-system", "get", "secrets", "-o", "name")).Succeeded().ShouldNotContain("bootstrap-token-");
    }

    /// <summary>Loses the gardenlet with its credentials, and has it brought back.</summary>
    public async Task ComesBackAsync()
    {
        (await InSeedAsync("-n", "garden", "delete", "deployment/gardenlet", "secret/gardenlet-kubeconfig")).Succeeded();
        await HandOverKubeconfigAsync();
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["gardener.cloud/operation"] = "force-redeploy" } },
            ["spec"] = new JsonObject { ["kubeconfigSecretRef"] = new JsonObject { ["name"] = Kubeconfig } },
        };
        (await garden.KubectlAsync("-n", "garden", "patch", "gardenlet", Name, "--type=merge", "-p", patch.ToJsonString())).Succeeded();

        (await InSeedAsync("-n", "garden", "wait", "--for=create", "deployment/gardenlet", "--timeout=1m")).Succeeded();
        (await InSeedAsync("-n", "garden", "wait", "deployment/gardenlet", "--for=condition=Available", "--timeout=1m")).Succeeded();
        await IsRegisteredAsync();
        (await garden.KubectlAsync("-n", "garden", "get", "gardenlet", Name, "-o", "jsonpath={.metadata.annotations}"))
            .Succeeded().ShouldNotContain("force-redeploy");
    }

    /// <summary>Takes the seed out of the garden, and the gardenlet out of the cluster.</summary>
    public async Task GoesAsync()
    {
        (await garden.KubectlAsync("-n", "garden", "delete", "gardenlet", Name)).Succeeded();
        (await garden.KubectlAsync(Limit, "delete", "seed", Name, "--timeout=2m")).Succeeded();
        (await InSeedAsync("-n", "garden", "delete",
            "deployments,services,serviceaccounts,configmaps,roles,rolebindings,poddisruptionbudgets", "-l", Label)).Succeeded();
        (await InSeedAsync("delete", "clusterroles,clusterrolebindings,priorityclasses", "-l", Label)).Succeeded();
        (await InSeedAsync("-n", "garden", "delete", "secret", "gardenlet-kubeconfig", "gardenlet-last-good")).Succeeded();

        (await garden.KubectlAsync("get", "seeds", "-o", "name")).Succeeded().Trim().ShouldBe("seed.core.gardener.cloud/local");
        (await InSeedAsync("-n", "garden", "get", "all,secrets,configmaps", "-o", "name")).Succeeded().ShouldNotContain("gardenlet");
    }

    private async Task IsRegisteredAsync()
    {
        (await garden.KubectlAsync(Limit, "-n", "garden", "wait", $"gardenlet/{Name}", "--for=condition=SeedRegistered", "--timeout=2m"))
            .Succeeded();
        await GardenToShootTests.EventuallyAsync("the kubeconfig is forgotten", async () =>
            (await garden.KubectlAsync("-n", "garden", "get", "secret", Kubeconfig)).ExitCode != 0
            && (await garden.KubectlAsync("-n", "garden", "get", "gardenlet", Name, "-o", "jsonpath={.spec.kubeconfigSecretRef}"))
                .Succeeded().Length == 0);
        (await garden.RuntimeKubectlAsync("-n", "garden", "get", "configmaps", "-o", "yaml")).Succeeded().ShouldNotContain(Name);
    }

    private async Task HandOverKubeconfigAsync()
    {
        var text = await File.ReadAllTextAsync(shootKubeconfig!);
        var file = Path.Combine(garden.Scratch, "my-seed.kubeconfig");
        await File.WriteAllTextAsync(file, text.Replace(
            $"https://127.0.0.1:{garden.Port}", $"https://kube-apiserver.shoot--local--{Shoot}.svc", StringComparison.Ordinal));
        (await garden.KubectlAsync("-n", "garden", "create", "secret", "generic", Kubeconfig, $"--from-file=kubeconfig={file}")).Succeeded();
    }

    private static async Task<string> ManifestAsync()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(BuiltTools.Root, "docs", "operations", "gardenlets.md"));
        var manifest = guide.Split("```yaml\n")[1].Split("```")[0];
        (string Placeholder, string Value)[] values =
        [
            ("registry.example.com/", "registry.registry.svc/"),
            ("# pullSecretRef: {name: registry-login}", "pullSecretRef: {name: local-registry-pull}"),
            ("# caBundleSecretRef: {name: registry-ca}", "caBundleSecretRef: {name: local-registry-ca}"),
            ("name: dns}", "name: internal-domain-internal-local-gardener-cloud}"),
        ];
        foreach (var (placeholder, value) in values)
        {
            manifest.ShouldContain(placeholder);
            manifest = manifest.Replace(placeholder, value, StringComparison.Ordinal);
        }

        return manifest;
    }

    private Task<CommandResult> InSeedAsync(params string[] words) =>
        Commands.RunAsync(BuiltTools.Kubectl, Limit, ["--kubeconfig", shootKubeconfig!, .. words]);
}
