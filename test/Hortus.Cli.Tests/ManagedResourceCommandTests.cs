using Hortus.Cli.ManagedResources;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
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
        client = server.NewClient();
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

    private Task<ManagedResource> WriteAsync() => new ManagedResourceWriter(client, "tests").WriteAsync(
        new ManagedResourceSettings { Key = new ObjectKey("default", "test") },
        ManifestBundle.Of(new[] { "b", "a" }.Select(name => new ConfigMap { Metadata = new ObjectMeta { Namespace = "default", Name = name } })),
        deadline.Token);

    private Task<int> RunAsync(params string[] args) =>
        new ManagedResourceCommands(output, errors) { Connect = _ => client }.Create().Parse(args).InvokeAsync(null, deadline.Token);
}
