using Hortus.Local.Bootstrap;
using Hortus.Objects;

namespace Hortus.Local.Tests;

public sealed class GardenManifestTests : IDisposable
{
    private const string OnEtcd =
        "apiVersion: operator.gardener.cloud/v1alpha1\nkind: Garden\nmetadata:\n  name: local\n"
        + "  annotations:\n    operator.hortus.dev/store: etcd\n";

    private const string Minimal =
        "kind: Garden\nmetadata: {name: local, annotations: {local.hortus.dev/minimal: 'true'}}\nspec: {}\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_example_keeps_its_objects_in_a_store_of_its_own_unless_something_else_is_asked_for()
    {
        Read(new()).UsesEtcd.ShouldBeFalse();
        Read(new() { Store = "embedded" }).UsesEtcd.ShouldBeFalse();
        Read(new() { Store = GardenManifest.Etcd }).UsesEtcd.ShouldBeTrue();
    }

    [Fact]
    public void What_an_earlier_start_was_given_is_taken_again()
    {
        File.WriteAllText(folder["garden.yaml"], OnEtcd);

        Read(new()).UsesEtcd.ShouldBeTrue();
    }

    [Fact]
    public void A_file_of_the_user_goes_before_what_an_earlier_start_was_given()
    {
        File.WriteAllText(folder["garden.yaml"], OnEtcd);
        File.WriteAllText(folder["mine.yaml"], "kind: Secret\nmetadata: {name: a}\n---\nkind: Garden\nmetadata: {name: local}\n");

        Read(new() { GardenFile = folder["mine.yaml"] }).UsesEtcd.ShouldBeFalse();
    }

    [Fact]
    public void A_garden_has_one_of_each_component_until_two_are_asked_for_or_its_file_asks_for_them()
    {
        File.WriteAllText(
            folder["mine.yaml"],
            "kind: Garden\nmetadata: {name: local}\nspec: {virtualCluster: {controlPlane: {highAvailability: {}}}}\n");

        Read(new()).Shape.ShouldBe(new GardenShape(Replicas: 1, IsMinimal: false));
        Read(new() { Ha = true }).Shape.ShouldBe(new GardenShape(Replicas: 2, IsMinimal: false));
        Read(new() { GardenFile = folder["mine.yaml"] }).Shape.Replicas.ShouldBe(2);
        Read(new() { GardenFile = folder["mine.yaml"], Ha = true }).Shape.Replicas.ShouldBe(2);
    }

    [Fact]
    public void A_minimal_garden_stays_so_until_a_file_gives_it_the_rest()
    {
        File.WriteAllText(folder["garden.yaml"], Minimal);
        File.WriteAllText(folder["mine.yaml"], "kind: Garden\nmetadata: {name: local}\n");

        Read(new()).Shape.IsMinimal.ShouldBeTrue();
        Read(new() { Minimal = true }).Shape.IsMinimal.ShouldBeTrue();
        Read(new() { GardenFile = folder["mine.yaml"] }).Shape.IsMinimal.ShouldBeFalse();
        Read(new() { GardenFile = folder["mine.yaml"], Ha = true }).Shape.ShouldBe(new GardenShape(Replicas: 2, IsMinimal: false));
    }

    [Fact]
    public void A_minimal_garden_is_not_doubled()
    {
        File.WriteAllText(folder["garden.yaml"], Minimal);

        Should.Throw<LocalGardenException>(() => Read(new() { Ha = true })).Message.ShouldStartWith("--ha: the garden is minimal");
    }

    [Theory]
    [InlineData("garden.yaml")]
    [InlineData("kubeconfigs/garden.yaml")]
    public void A_garden_that_was_started_whole_is_not_made_minimal(string trace)
    {
        Directory.CreateDirectory(folder["kubeconfigs"]);
        File.WriteAllText(folder[trace], OnEtcd);

        Should.Throw<LocalGardenException>(() => Read(new() { Minimal = true })).Message.ShouldContain("was started without it");
    }

    [Fact]
    public void A_minimal_garden_names_no_provider_and_no_bucket_and_keeps_the_rest()
    {
        var documents = KubernetesYaml.ParseAll(Examples.Read(GardenManifest.Example));

        var left = GardenShape.MakeMinimal(documents, documents[^1]).ShouldHaveSingleItem();

        left.ToJsonString().ShouldNotContain("provider\":\"primary");
        left["spec"]!["dns"].ShouldBeNull();
        var cluster = left["spec"]!["virtualCluster"]!;
        cluster["etcd"]!["main"]!["backup"].ShouldBeNull();
        ((string?)cluster["etcd"]!["main"]!["storage"]!["capacity"]).ShouldBe("25Gi");
        ((string?)cluster["dns"]!["domains"]![0]!["name"]).ShouldBe("virtual-garden.local.gardener.cloud");
        GardenShape.Of(left).IsMinimal.ShouldBeTrue();
    }

    [Theory]
    [InlineData("kind: Secret\nmetadata: {name: local}\n", "want one Garden with the name local")]
    [InlineData("kind: Garden\nmetadata: {name: other}\n", "want one Garden with the name local")]
    [InlineData("kind: Garden\n", "want one Garden with the name local")]
    [InlineData("kind: Garden\nmetadata: {name: local}\n---\nkind: Garden\nmetadata: {name: local}\n", "want one Garden")]
    [InlineData("kind: [", "cannot be read: invalid YAML")]
    [InlineData(null, "cannot be read: ")]
    public void A_file_without_the_garden_is_refused_by_name_and_reason(string? text, string reason)
    {
        if (text is not null)
        {
            File.WriteAllText(folder["mine.yaml"], text);
        }

        var error = Should.Throw<LocalGardenException>(() => Read(new() { GardenFile = folder["mine.yaml"] }));

        error.Message.ShouldContain(folder["mine.yaml"]);
        error.Message.ShouldContain(reason);
    }

    private GardenManifest Read(Asked asked) => GardenManifest.Read(
        new LocalGardenOptions
        {
            StateDirectory = folder[""],
            GardenFile = asked.GardenFile,
            Store = asked.Store,
            IsHighlyAvailable = asked.Ha,
            IsMinimal = asked.Minimal,
        },
        new StateDirectory(folder[""]));

    private sealed record Asked
    {
        public string? GardenFile { get; init; }

        public string? Store { get; init; }

        public bool Ha { get; init; }

        public bool Minimal { get; init; }
    }
}
