using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>What a garden's extension has to show, asked as a user would.</summary>
internal sealed class ExtensionChecks(LocalGarden garden)
{
    public const string Name = "provider-local";
    private const string RuntimeNamespace = "runtime-extension-provider-local";
    private const string ApiName = "api.virtual-garden.local.gardener.cloud";

    /// <summary>The status of one condition of the Extension.</summary>
    public async Task<string> ConditionAsync(string type) => (await garden.RuntimeKubectlAsync(
        "get", "extop", Name, "-o", $"jsonpath={{.status.conditions[?(@.type==\"{type}\")].status}}")).Succeeded();

    /// <summary>The Extension is installed from the local registry, by digest, because garden objects need it.</summary>
    public async Task IsInstalledAsync()
    {
        foreach (var type in new[] { "Installed", "RequiredRuntime" })
        {
            (await garden.RuntimeKubectlAsync("wait", "extop", Name, $"--for=condition={type}", "--timeout=1m")).Succeeded();
        }

        (await garden.RuntimeKubectlAsync("get", "extop", Name, "-o", "jsonpath={.spec.deployment.extension.helm.ociRepository.ref}"))
            .Succeeded().ShouldMatch("^registry.registry.svc/charts/provider-local:[0-9.]+@sha256:[0-9a-f]{64}$");
        Directory.EnumerateFiles(Path.Combine(garden.State, "chart-cache", "gardener-operator"), "*", SearchOption.AllDirectories)
            .ShouldNotBeEmpty("the operator keeps its charts for its next start");
        (await garden.RuntimeKubectlAsync("-n", "registry", "get", "pods", "-o", "jsonpath={.items[*].status.phase}")).Succeeded().ShouldBe("Running");
    }

    /// <summary>Its installation on the seed is rolled out.</summary>
    public async Task IsRolledOutOnSeedAsync()
    {
        foreach (var condition in new[] { "Valid=True", "Installed=True", "Healthy=True", "Progressing=False" })
        {
            (await garden.KubectlAsync("wait", "controllerinstallations", "--all", $"--for=condition={condition}", "--timeout=1m"))
                .Succeeded().ShouldContain(Name);
        }
    }

    /// <summary>The name of the garden's API server is answered over UDP and TCP with the address of its Service.</summary>
    public async Task AnswersNamesAsync()
    {
        var address = (await garden.RuntimeKubectlAsync(
            "-n", "garden", "get", "dnsrecords", "-o", $"jsonpath={{.items[?(@.spec.name==\"{ApiName}\")].spec.values[0]}}")).Succeeded();
        address.ShouldNotBeEmpty();
        var port = await File.ReadAllTextAsync(Path.Combine(garden.State, "dns-port"));
        foreach (var protocol in new[] { "+notcp", "+tcp" })
        {
            (await Commands.RunAsync("dig", TimeSpan.FromSeconds(30), "@127.0.0.1", "-p", port, "+short", protocol, ApiName, "A"))
                .Succeeded().Trim().ShouldBe(address);
        }
    }

    /// <summary>The bucket of the garden's backups is a folder of the state directory.</summary>
    public async Task HasBucketAsync()
    {
        var bucket = (await garden.RuntimeKubectlAsync("get", "backupbuckets", "-o", "jsonpath={.items[*].metadata.name}")).Succeeded();
        Directory.Exists(Path.Combine(garden.State, "backup-buckets", bucket)).ShouldBeTrue(bucket);
        (await garden.RuntimeKubectlAsync("get", "backupbuckets,backupentries", "-A", "-o", "jsonpath={.items[*].status.lastOperation.state}"))
            .Succeeded().Split(' ').ShouldAllBe(state => state == "Succeeded");
    }

    /// <summary>It cannot be deleted while the garden needs it, and the answer says for what.</summary>
    public async Task CannotBeDeletedAsync()
    {
        var answer = await garden.RuntimeKubectlAsync("delete", "extop", Name, "--wait=false");

        answer.ExitCode.ShouldNotBe(0);
        foreach (var kind in new[] { "BackupBucket", "DNSRecord" })
        {
            answer.Error.ShouldContain(kind);
        }

        (await garden.RuntimeKubectlAsync("get", "extop", Name, "-o", "jsonpath={.metadata.deletionTimestamp}")).Succeeded().ShouldBeEmpty();
    }

    /// <summary>Deletes its Deployment of the runtime cluster; returns when another one is available.</summary>
    public async Task ComesBackAsync()
    {
        string[] find = ["-n", RuntimeNamespace, "get", "deployments", "-o", "jsonpath={.items[*].metadata.uid}"];
        var before = (await garden.RuntimeKubectlAsync(find)).Succeeded();
        (await garden.RuntimeKubectlAsync("-n", RuntimeNamespace, "delete", "deployments", "--all")).Succeeded();
        await GardenToShootTests.EventuallyAsync("another Deployment is there", async () =>
            (await garden.RuntimeKubectlAsync(find)).Output is { Length: > 0 } now && now != before);
        (await garden.RuntimeKubectlAsync("-n", RuntimeNamespace, "wait", "deployments", "--all", "--for=condition=Available", "--timeout=1m"))
            .Succeeded();
    }

    /// <summary>Packs another version of the chart, pushes it from outside, points the Extension to it; returns when both instances are of
    /// that version.</summary>
    public async Task RollsToAsync(string version)
    {
        (await Commands.RunAsync(BuiltTools.Helm, TimeSpan.FromMinutes(1), "package", BuiltTools.Chart(Name), "--version", version,
            "--app-version", version, "--destination", garden.State)).Succeeded();
        var pushed = (await Commands.RunAsync(BuiltTools.Hortus, TimeSpan.FromMinutes(1), "oci", "push", $"localhost:{garden.Port}/charts",
            Path.Combine(garden.State, $"{Name}-{version}.tgz"), "--ca-file", Path.Combine(garden.State, "pki", "ca.crt"),
            "--docker-config", Path.Combine(garden.State, "registry", "login.json"))).Succeeded();
        pushed.ShouldContain($"localhost:{garden.Port}/charts/{Name}:{version}@sha256:");
        var reference = $"registry.registry.svc/charts/{Name}:{version}";
        (await garden.RuntimeKubectlAsync("patch", "extop", Name, "--type=json", "-p",
            $$"""[{"op":"replace","path":"/spec/deployment/extension/helm/ociRepository/ref","value":"{{reference}}"}]""")).Succeeded();
        await GardenToShootTests.EventuallyAsync("both instances have the other version", async () =>
            (await garden.RuntimeKubectlAsync("get", "deployments", "-A", "-l", $"app.kubernetes.io/name=gardener-extension-{Name}",
                "-o", "jsonpath={.items[*].spec.template.spec.containers[0].image}")).Output == $"hortus/hortus:{version} hortus/hortus:{version}");
        await IsRolledOutOnSeedAsync();
    }

    /// <summary>Names of extension objects of shoots that are left.</summary>
    public async Task<IReadOnlyList<string>> ObjectsOfShootsAsync()
    {
        const string kinds = "infrastructures,controlplanes,networks,operatingsystemconfigs,workers,dnsrecords";
        var answer = (await garden.RuntimeKubectlAsync("get", kinds, "-A", "-o", "json")).Succeeded();
        return
        [
            .. JsonNode.Parse(answer)!["items"]!.AsArray()
                .Where(item => ((string?)item!["metadata"]!["namespace"])!.StartsWith("shoot--", StringComparison.Ordinal))
                .Select(item => $"{item!["kind"]}/{item["metadata"]!["name"]}"),
        ];
    }
}
