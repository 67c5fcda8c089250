using System.Security.Cryptography;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Testing;

namespace Hortus.Components.Tests;

public sealed class ManifestBundleTests
{
    [Fact]
    public void The_order_of_objects_and_fields_does_not_matter()
    {
        ConfigMap[] maps = [Map("a"), Map("b"), Map("c")];

        ManifestBundle.Of(maps.Reverse()).Digest.ShouldBe(ManifestBundle.Of(maps).Digest);
    }

    [Fact]
    public void The_same_object_twice_and_one_without_a_name_are_refused()
    {
        Should.Throw<ArgumentException>(() => ManifestBundle.Of([Map("a"), Map("a")])).Message.ShouldContain("ConfigMap default/a is there twice");
        Should.Throw<ArgumentException>(() => ManifestBundle.Of([new ConfigMap()])).Message.ShouldContain("no name");
    }

    [Fact]
    public void The_name_comes_from_the_uncompressed_content()
    {
        var bundle = ManifestBundle.Of([Map("a")]);

        // Grow-only: another result would give every Secret of every seed another name.
        bundle.NameSuffix.ShouldBe("93010d0f");
    }

    [Fact]
    public void Objects_that_do_not_fit_are_refused_with_the_largest_named()
    {
        var noise = Convert.ToBase64String(RandomNumberGenerator.GetBytes(1_400_000));
        var bundle = ManifestBundle.Of([Map("small"), Map("large") with { Data = new Dictionary<string, string> { ["noise"] = noise } }]);

        Should.Throw<ArgumentException>(() => ManagedResourceWriter.SecretOf(
                new ManagedResourceSettings { Key = new ObjectKey("garden", "test") }, bundle))
            .Message.ShouldContain("the largest are v1_configmap__default__large.yaml 18");
    }

    internal static ConfigMap Map(string name, string value = "v") => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Data = new Dictionary<string, string> { ["key"] = value },
    };
}

[Trait("Category", "Integration")]
public sealed class ManagedResourceWriterTests : IAsyncLifetime
{
    private static readonly ManagedResourceSettings Settings = new() { Key = new ObjectKey("default", "test") };
    private readonly CancellationTokenSource deadline = ClusterFixture.Deadline();
    private InProcessApiServer server = null!;
    private IKubernetesClient client = null!;
    private ManagedResourceWriter writer = null!;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(deadline.Token);
        client = server.Connect();
        await CustomKinds.InstallAsync(client, [typeof(ManagedResource)], deadline.Token);
        writer = new ManagedResourceWriter(client, "tests");
    }

    public async Task DisposeAsync()
    {
        deadline.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Secret_and_ManagedResource_refer_to_each_other_as_upstream_does()
    {
        var resource = await WriteAsync("v");

        var name = resource.Spec.SecretRefs.ShouldHaveSingleItem().Name!;
        name.ShouldBe("managedresource-test-" + ManifestBundle.Of([ManifestBundleTests.Map("a", "v")]).NameSuffix);
        resource.Metadata.Annotation(ResourceNames.SecretReference(name)).ShouldBe(name);
        var secret = await client.GetAsync<Secret>(new ObjectKey("default", name), deadline.Token);
        secret.Immutable.ShouldBe(true);
        secret.Metadata.Label(ResourceNames.GarbageCollectable).ShouldBe("true");
        secret.Data!.Keys.ShouldBe(["data.yaml.br"]);
        ManifestReader.Read([secret]).Objects.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Writing_the_same_again_changes_nothing()
    {
        var first = await WriteAsync("v");
        var second = await WriteAsync("v");

        second.Metadata.ResourceVersion.ShouldBe(first.Metadata.ResourceVersion);
        (await client.ListAsync<Secret>(ListOptions.In("default"), deadline.Token)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task New_content_gets_a_new_Secret_and_the_old_reference_goes()
    {
        var before = (await WriteAsync("v")).Spec.SecretRefs.Single().Name!;

        var resource = await WriteAsync("w");

        resource.Spec.SecretRefs.ShouldHaveSingleItem().Name.ShouldNotBe(before);
        resource.Metadata.Annotations!.Keys.Count(k => k.StartsWith(ResourceNames.ReferencePrefix, StringComparison.Ordinal)).ShouldBe(1);
        (await client.FindAsync<Secret>(new ObjectKey("default", before), deadline.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_Secret_of_this_name_with_other_content_is_made_anew()
    {
        var name = (await WriteAsync("v")).Spec.SecretRefs.Single().Name!;
        var key = new ObjectKey("default", name);
        await client.DeleteAsync<Secret>(key, null, deadline.Token);
        await client.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
                Immutable = true,
                Data = new Dictionary<string, byte[]> { ["data.yaml.br"] = [1] },
            },
            deadline.Token);

        await WriteAsync("v");

        ManifestReader.Read([await client.GetAsync<Secret>(key, deadline.Token)]).Objects.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_replaced_Secret_of_the_old_kind_becomes_collectable()
    {
        await client.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = "default", Name = "managedresource-test" } }, deadline.Token);
        await client.CreateAsync(ManagedResourceWriter.ResourceOf(Settings, "managedresource-test"), deadline.Token);

        var resource = await WriteAsync("v");

        resource.Spec.SecretRefs.ShouldHaveSingleItem().Name.ShouldNotBe("managedresource-test");
        (await client.GetAsync<Secret>(new ObjectKey("default", "managedresource-test"), deadline.Token))
            .Metadata.Label(ResourceNames.GarbageCollectable).ShouldBe("true");
    }

    [Fact]
    public async Task Deleting_takes_the_Secret_too_and_twice_is_fine()
    {
        await WriteAsync("v");

        await writer.DeleteAsync(Settings.Key, deadline.Token);
        await writer.DeleteAsync(Settings.Key, deadline.Token);

        (await client.ListAsync<Secret>(ListOptions.In("default"), deadline.Token)).Items.ShouldBeEmpty();
        (await client.FindAsync<ManagedResource>(Settings.Key, deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Annotations_of_the_settings_stand_beside_the_references_and_follow_changes()
    {
        async Task<ManagedResource> WriteAsync(string digest) => await writer.WriteAsync(
            Settings with { Annotations = new Dictionary<string, string> { [ResourceNames.ChartDigest] = digest } },
            ManifestBundle.Of([ManifestBundleTests.Map("a", "v")]),
            deadline.Token);

        var first = await WriteAsync("sha256:1");
        var same = await WriteAsync("sha256:1");
        var second = await WriteAsync("sha256:2");

        first.Metadata.Annotations!.Count.ShouldBe(2);
        same.Metadata.ResourceVersion.ShouldBe(first.Metadata.ResourceVersion);
        second.Metadata.Annotation(ResourceNames.ChartDigest).ShouldBe("sha256:2");
        second.Spec.SecretRefs.ShouldBe(first.Spec.SecretRefs);
    }

    [Fact]
    public async Task Deleting_takes_former_Secrets_of_another_base_too_and_no_others()
    {
        var settings = Settings with { SecretName = "mine" };
        foreach (var value in new[] { "old", "new" })
        {
            await writer.WriteAsync(settings, ManifestBundle.Of([ManifestBundleTests.Map("a", value)]), deadline.Token);
        }

        await WriteAsync("other");
        await writer.DeleteAsync(settings with { Key = new ObjectKey("default", "gone") }, deadline.Token);

        (await client.ListAsync<Secret>(ListOptions.In("default"), deadline.Token)).Items
            .ShouldHaveSingleItem().Metadata.Name!.ShouldStartWith("managedresource-test-");
    }

    private Task<ManagedResource> WriteAsync(string value) =>
        writer.WriteAsync(Settings, ManifestBundle.Of([ManifestBundleTests.Map("a", value)]), deadline.Token);
}
