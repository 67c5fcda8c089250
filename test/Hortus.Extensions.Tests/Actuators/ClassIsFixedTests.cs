using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.Testing;

namespace Hortus.Extensions.Tests.Actuators;

public sealed class ClassIsFixedTests : IClassFixture<ClassIsFixedTests.Server>
{
    private readonly Server server;

    public ClassIsFixedTests(Server server) => this.server = server;

    public static TheoryData<Type> Kinds => [.. GardenerKinds.SeedCrds.Where(kind => kind.IsAssignableTo(typeof(ExtensionObject)))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_the_rules_for_its_class(Type kind)
    {
        var spec = SchemaBuilder.For(kind).Properties["spec"];

        SchemaBuilder.For(kind).Required.ShouldContain("spec");
        spec.Rules.ShouldHaveSingleItem().FieldPath.ShouldBe(".class");
        spec.Properties["class"].Rules.ShouldHaveSingleItem()
            .ShouldBe(new SchemaRule("self == oldSelf", "Value is immutable", null, null, null, false));
    }

    [Theory]
    [Trait("Category", "Integration")]
    [InlineData(null, "shoot")]
    [InlineData(null, null)]
    [InlineData("garden", "garden")]
    public async Task What_leaves_the_owner_the_same_is_accepted(string? before, string? after)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var record = await server.CreateAsync(before, deadline.Token);

        var changed = await server.Client.PatchAsync<DNSRecord>(record.Key, ClassPatch(after), deadline.Token);

        changed.Spec.Class.ShouldBe(after);
    }

    [Theory]
    [Trait("Category", "Integration")]
    [InlineData("garden", "shoot")]
    [InlineData("garden", "seed")]
    [InlineData("shoot", "garden")]
    [InlineData("seed", null)]
    [InlineData("shoot", null)]
    [InlineData(null, "garden")]
    [InlineData(null, "seed")]
    public async Task An_object_does_not_change_hands(string? before, string? after)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var record = await server.CreateAsync(before, deadline.Token);

        var refused = await Should.ThrowAsync<ApiException>(
            server.Client.PatchAsync<DNSRecord>(record.Key, ClassPatch(after), deadline.Token));

        refused.Reason.ShouldBe(StatusReason.Invalid);
        refused.Message.ShouldContain("spec.class: Invalid value");
        refused.Message.ShouldContain("Value is immutable");
    }

    private static Patch ClassPatch(string? value) =>
        Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["class"] = value } });

    public sealed class Server : IAsyncLifetime
    {
        private InProcessApiServer server = null!;
        private KubernetesClient client = null!;

        public IKubernetesClient Client => client;

        public async Task InitializeAsync()
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            server = await InProcessApiServer.StartAsync(deadline.Token);
            client = server.Connect();
            await CustomKinds.InstallAsync(client, [typeof(DNSRecord)], deadline.Token);
        }

        public Task<DNSRecord> CreateAsync(string? @class, CancellationToken cancellationToken) => client.CreateAsync(
            new DNSRecord
            {
                Metadata = new ObjectMeta { Namespace = "default", GenerateName = "record-" },
                Spec = new DNSRecordSpec
                {
                    Type = "local",
                    Class = @class,
                    Name = "api.example",
                    RecordType = "A",
                    Values = ["10.0.0.1"],
                    SecretRef = new SecretReference { Name = "dns", Namespace = "default" },
                },
            },
            cancellationToken);

        public async Task DisposeAsync()
        {
            client.Dispose();
            await server.DisposeAsync();
        }
    }
}
