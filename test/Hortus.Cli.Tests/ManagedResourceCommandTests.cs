using System.Text;
using Hortus.Cli.ManagedResources;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Preview;
using Hortus.Testing;

namespace Hortus.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class ManagedResourceCommandTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();
    private InProcessApiServer server = null!;
    private KubernetesClient client = null!;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(deadline.Token);
        client = server.Connect();
        await CustomKinds.InstallAsync(client, [typeof(ManagedResource)], deadline.Token);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        await output.DisposeAsync();
        await errors.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task Show_prints_the_stored_objects_as_YAML_that_can_be_read_again()
    {
        await WriteAsync();

        (await RunAsync("show", "test", "-n", "default")).ShouldBe(0);

        KubernetesYaml.ParseAll(output.ToString()).Select(o => $"{o["metadata"]!["name"]}").ShouldBe(["a", "b"]);
        output.ToString().ShouldStartWith("# secret default/managedresource-test-");
    }

    [Fact]
    public async Task Show_says_what_is_damaged_and_fails()
    {
        var secret = (await WriteAsync()).Spec.SecretRefs.Single().Name!;
        var key = new ObjectKey("default", secret);
        var whole = await client.GetAsync<Secret>(key, deadline.Token);
        await client.DeleteAsync<Secret>(key, null, deadline.Token);
        var damaged = new Dictionary<string, byte[]> { ["data.yaml.br"] = whole.Data!["data.yaml.br"][..^1] };
        await client.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = "default", Name = secret }, Data = damaged }, deadline.Token);

        (await RunAsync("show", "test")).ShouldBe(1);

        output.ToString().ShouldBeEmpty();
        errors.ToString().ShouldStartWith($"hortus: secret default/{secret} key data.yaml.br: the brotli stream is cut off");
    }

    [Fact]
    public async Task Show_says_that_there_is_no_such_ManagedResource()
    {
        (await RunAsync("show", "other")).ShouldBe(1);

        errors.ToString().ShouldContain("\"other\" not found");
    }

    [Fact]
    public async Task Show_hides_values_of_Secrets_unless_it_is_told_otherwise()
    {
        await WriteAsync(SecretOf("pass"));

        (await RunAsync("show", "test")).ShouldBe(0);
        output.ToString().ShouldMatch(@"word: ""\(hidden: 4 bytes, [0-9a-f]{8}\)""");
        (await RunAsync("show", "test", "--show-secrets")).ShouldBe(0);
        output.ToString().ShouldContain($"word: {Convert.ToBase64String("pass"u8)}");
    }

    [Fact]
    public async Task Diff_prints_what_would_be_created_changed_and_deleted_and_changes_nothing()
    {
        await WriteAsync(MapOf("a", "old"), MapOf("b"));
        await PretendAppliedAsync(MapOf("a", "old"), MapOf("b"));
        await WriteAsync(MapOf("a", "new"), MapOf("c"));

        (await RunAsync("diff", "test")).ShouldBe(1);

        var text = output.ToString();
        text.ShouldStartWith("# delete v1/ConfigMap/default/b\n--- live/v1/ConfigMap/default/b\n+++ /dev/null\n@@ -1,");
        text.ShouldContain("# change v1/ConfigMap/default/a\n--- live/v1/ConfigMap/default/a\n+++ wanted/v1/ConfigMap/default/a\n");
        text.ShouldContain("\n-  key: old\n+  key: new\n");
        text.ShouldContain("# create v1/ConfigMap/default/c\n--- /dev/null\n+++ wanted/v1/ConfigMap/default/c\n@@ -0,0 +1,");
        text.ShouldEndWith("# 1 to create, 1 to change, 1 to delete\n");
        errors.ToString().ShouldBeEmpty();
        (await client.ListAsync<ConfigMap>(ListOptions.In("default"), deadline.Token)).Items
            .Select(m => $"{m.Metadata.Name}={m.Data!["key"]}").ShouldBe(["a=old", "b=v"]);
    }

    [Fact]
    public async Task Diff_of_what_is_applied_prints_nothing_although_the_server_fills_in_defaults()
    {
        var service = new Service
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
            Spec = new ServiceSpec { Ports = [new ServicePort { Port = 80 }] },
        };
        await WriteAsync(service);
        await PretendAppliedAsync(service);

        (await RunAsync("diff", "test")).ShouldBe(0);

        output.ToString().ShouldBeEmpty();
        errors.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task Diff_shows_that_a_value_of_a_Secret_changes_but_not_the_value()
    {
        await WriteAsync(SecretOf("pass"));
        await PretendAppliedAsync(SecretOf("pass"));
        await WriteAsync(SecretOf("other"));

        (await RunAsync("diff", "test")).ShouldBe(1);
        var hidden = output.ToString();
        (await RunAsync("diff", "test", "--show-secrets")).ShouldBe(1);

        hidden.ShouldMatch(@"\n-  word: ""\(hidden: 4 bytes, [0-9a-f]{8}\)""\n\+  word: ""\(hidden: 5 bytes, [0-9a-f]{8}\)""\n");
        output.ToString()[hidden.Length..].ShouldContain(
            $"\n-  word: {Convert.ToBase64String("pass"u8)}\n+  word: {Convert.ToBase64String("other"u8)}\n");
    }

    [Fact]
    public async Task Diff_names_what_would_not_work_and_prints_the_rest()
    {
        await WriteAsync(MapOf("a"), new Service
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "wrong" },
            Spec = new ServiceSpec { Ports = [new ServicePort { Port = 70_000 }] },
        });

        (await RunAsync("diff", "test")).ShouldBe(2);

        output.ToString().ShouldContain("# create v1/ConfigMap/default/a\n");
        errors.ToString().ShouldStartWith("hortus: error during apply of object \"v1/Service/default/wrong\": Service \"wrong\" is invalid:");
    }

    [Fact]
    public async Task Diff_compares_with_the_target_that_is_named()
    {
        await using var other = await InProcessApiServer.StartAsync(deadline.Token);
        using var target = other.Connect();
        await WriteAsync(MapOf("a"));
        await PretendAppliedAsync(MapOf("a"));

        (await RunAsync(file => file == "target" ? target : client, "diff", "test", "--target-kubeconfig", "target")).ShouldBe(1);

        output.ToString().ShouldStartWith("# create v1/ConfigMap/default/a\n");
    }

    [Fact]
    public async Task Diff_fails_with_2_when_there_is_no_such_ManagedResource_or_the_cluster_is_away()
    {
        (await RunAsync("diff", "other")).ShouldBe(2);
        errors.ToString().ShouldContain("\"other\" not found");

        var away = new KubernetesClient(new ClientConnection { Server = new Uri("http://127.0.0.1:1") }, new ClientOptions { UserAgent = "test" });
        (await RunAsync(_ => away, "diff", "test")).ShouldBe(2);
        errors.ToString().ShouldContain("127.0.0.1:1");
        away.Dispose();
    }

    private Task<ManagedResource> WriteAsync() => WriteAsync(MapOf("b"), MapOf("a"));

    private Task<ManagedResource> WriteAsync(params KubernetesObject[] objects) => new ManagedResourceWriter(client, "tests").WriteAsync(
        new ManagedResourceSettings { Key = new ObjectKey("default", "test") }, ManifestBundle.Of(objects), deadline.Token);

    // Leaves objects and status as a resource manager does.
    private async Task PretendAppliedAsync(params KubernetesObject[] objects)
    {
        var resource = await client.GetAsync<ManagedResource>(new ObjectKey("default", "test"), deadline.Token);
        var kinds = await client.Dynamic.DiscoverAsync(deadline.Token);
        foreach (var change in (await new PreviewRun(client, client, new PreviewSettings(), TimeProvider.System)
            .RunAsync(resource.Key, deadline.Token)).Changes)
        {
            var kind = kinds.Single(k => k.ApiVersion == $"{change.After!["apiVersion"]}" && k.Kind == $"{change.After["kind"]}");
            await client.Dynamic.CreateAsync(kind, change.After!, deadline.Token);
        }

        var references = objects.Select(o => new ManagedResourceReference
        {
            ApiVersion = o.ApiVersion,
            Kind = o.Kind,
            Namespace = o.Metadata.Namespace,
            Name = o.Metadata.Name,
        });
        await client.UpdateStatusAsync(resource with { Status = new ManagedResourceStatus { Resources = [.. references] } }, deadline.Token);
    }

    private static ConfigMap MapOf(string name, string value = "v") => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Data = new Dictionary<string, string> { ["key"] = value },
    };

    private static Secret SecretOf(string word) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "secret" },
        Data = new Dictionary<string, byte[]> { ["word"] = Encoding.UTF8.GetBytes(word) },
    };

    private Task<int> RunAsync(params string[] args) => RunAsync(_ => client, args);

    private Task<int> RunAsync(Func<string?, IKubernetesClient> connect, params string[] args) =>
        new ManagedResourceCommands(output, errors, TimeProvider.System) { Connect = connect }
            .Create().Parse(args).InvokeAsync(null, deadline.Token);
}
