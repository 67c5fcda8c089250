using Hortus.Local.Bootstrap;

namespace Hortus.Local.Tests;

public sealed class GardenManifestTests : IDisposable
{
    private const string OnEtcd =
        "apiVersion: operator.gardener.cloud/v1alpha1\nkind: Garden\nmetadata:\n  name: local\n"
        + "  annotations:\n    operator.hortus.dev/store: etcd\n";

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
        new LocalGardenOptions { StateDirectory = folder[""], GardenFile = asked.GardenFile, Store = asked.Store },
        new StateDirectory(folder[""]));

    private sealed record Asked
    {
        public string? GardenFile { get; init; }

        public string? Store { get; init; }
    }
}
