using System.Text;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Backup;
using Hortus.ProviderLocal.Tests.World;
using Hortus.Runtime;
using File = System.IO.File;

namespace Hortus.ProviderLocal.Tests;

[Trait("Category", "Integration")]
public sealed class BackupTests : IAsyncLifetime
{
    private const string Bucket = "garden-0b1c";
    private static readonly ObjectKey BucketKey = ObjectKey.Cluster(Bucket);
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private SeedWorld world = null!;

    private CancellationToken Token => deadline.Token;

    private string BucketPath => Path.Combine(world.Backups, Bucket);

    public async Task InitializeAsync() => world = await SeedWorld.StartAsync(Token);

    public async Task DisposeAsync()
    {
        await world.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_bucket_is_a_folder_that_goes_with_all_that_is_in_it()
    {
        await CreateBucketAsync(ExtensionClass.Garden);

        var done = await world.UntilSucceededAsync<BackupBucket>(BucketKey, Token);
        Directory.Exists(BucketPath).ShouldBeTrue();
        new DirectoryInfo(BucketPath).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var reference = done.Status!.GeneratedSecretRef!;
        var secretKey = new ObjectKey(reference.Namespace, reference.Name!);
        var secret = await world.Seed.GetAsync<Secret>(secretKey, Token);
        Encoding.UTF8.GetString(secret.Data!["hostPath"]).ShouldBe("/on/the/node");

        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(BucketPath, "a")).FullName, "b"), "c", Token);
        await world.Seed.DeleteAsync<BackupBucket>(BucketKey, null, Token);
        await world.Seed.UntilAsync<BackupBucket>(BucketKey, value => value is null, Token);
        Directory.Exists(BucketPath).ShouldBeFalse();
        (await world.Seed.FindAsync<Secret>(secretKey, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task An_entry_is_a_folder_in_its_bucket_and_waits_for_it()
    {
        var entry = await world.Seed.CreateAsync(
            new BackupEntry
            {
                Metadata = new ObjectMeta { Name = "virtual-garden" },
                Spec = new BackupEntrySpec { Type = "local", Class = ExtensionClass.Garden, Region = "local", BucketName = Bucket },
            },
            Token);
        var failed = await world.Seed.UntilAsync<BackupEntry>(entry.Key, value => value?.Status?.LastError is not null, Token);
        failed!.Status!.LastError!.Codes.ShouldBe([ErrorCode.RetryableInfraDependencies]);

        await CreateBucketAsync(ExtensionClass.Garden);
        await world.UntilSucceededAsync<BackupEntry>(entry.Key, Token);
        var folder = Path.Combine(BucketPath, "virtual-garden");
        Directory.Exists(folder).ShouldBeTrue();

        await File.WriteAllTextAsync(Path.Combine(folder, "snapshot"), "c", Token);
        await world.Seed.DeleteAsync<BackupEntry>(entry.Key, null, Token);
        await world.Seed.UntilAsync<BackupEntry>(entry.Key, value => value is null, Token);
        Directory.Exists(folder).ShouldBeFalse();
        Directory.Exists(BucketPath).ShouldBeTrue();
    }

    [Fact]
    public async Task An_entry_with_a_prefix_of_its_own_removes_that_and_no_more()
    {
        await CreateBucketAsync(ExtensionClass.Garden);
        await world.UntilSucceededAsync<BackupBucket>(BucketKey, Token);
        var entry = await world.Seed.CreateAsync(
            new BackupEntry
            {
                Metadata = new ObjectMeta
                {
                    Name = "garden--0b1c",
                    Annotations = new Dictionary<string, string> { [EtcdBackup.PrefixAnnotation] = "team/virtual-garden-etcd-main" },
                },
                Spec = new BackupEntrySpec { Type = "local", Class = ExtensionClass.Garden, Region = "local", BucketName = Bucket },
            },
            Token);
        await world.UntilSucceededAsync<BackupEntry>(entry.Key, Token);
        Directory.Exists(Path.Combine(BucketPath, "team/virtual-garden-etcd-main")).ShouldBeTrue();

        await world.Seed.DeleteAsync<BackupEntry>(entry.Key, null, Token);
        await world.Seed.UntilAsync<BackupEntry>(entry.Key, value => value is null, Token);
        Directory.GetFileSystemEntries(BucketPath, "*", SearchOption.AllDirectories).ShouldBe([Path.Combine(BucketPath, "team")]);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("/etc")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("a..b")]
    [InlineData("a\n")]
    [InlineData("a\\b")]
    public void Names_that_could_lead_elsewhere_are_refused(string name)
    {
        var folders = new BackupFolders(world.Backups);
        folders.CreateBucket("good");

        foreach (var act in new Action[]
        {
            () => folders.CreateBucket(name), () => folders.RemoveBucket(name), () => folders.CreateEntry("good", name),
            () => folders.CreateEntry(name, "a"), () => folders.RemoveEntry("good", name), () => folders.RemoveEntry(name, "good"),
        })
        {
            Should.Throw<ExtensionException>(act).Codes.ShouldBe([ErrorCode.ConfigurationProblem]);
        }

        Directory.GetDirectories(world.Backups).ShouldBe([Path.Combine(world.Backups, "good")]);
    }

    [Fact]
    public void Links_are_not_followed()
    {
        var outside = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(world.Backups)!, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "kept"), "");
        Directory.CreateDirectory(world.Backups);
        Directory.CreateSymbolicLink(Path.Combine(world.Backups, "linked"), outside);
        var folders = new BackupFolders(world.Backups);
        folders.CreateBucket("good");
        Directory.CreateSymbolicLink(Path.Combine(world.Backups, "good", "entry"), outside);

        Should.Throw<ExtensionException>(() => folders.CreateBucket("linked")).Message.ShouldContain("link");
        Should.Throw<ExtensionException>(() => folders.RemoveBucket("linked"));
        Should.Throw<ExtensionException>(() => folders.RemoveEntry("linked", "a"));
        Should.Throw<ExtensionException>(() => folders.RemoveEntry("good", "entry"));
        folders.RemoveBucket("good");

        File.Exists(Path.Combine(outside, "kept")).ShouldBeTrue();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_says_so()
    {
        Directory.CreateDirectory(world.Backups);
        File.WriteAllText(Path.Combine(world.Backups, "file"), "");

        var fault = Should.Throw<ExtensionException>(() => new BackupFolders(Path.Combine(world.Backups, "file")).CreateBucket("a"));

        fault.Codes.ShouldBe([ErrorCode.InfraDependencies]);
        fault.Message.ShouldContain("is the backup volume there");
    }

    private Task CreateBucketAsync(string extensionClass) => world.Seed.CreateAsync(
        new BackupBucket
        {
            Metadata = new ObjectMeta { Name = Bucket },
            Spec = new BackupBucketSpec { Type = "local", Class = extensionClass, Region = "local" },
        },
        Token);
}
