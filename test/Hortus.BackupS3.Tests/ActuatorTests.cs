using System.Text;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.BackupS3.Tests;

[Trait("Category", "RealParts")]
public sealed class ActuatorTests(S3World world) : IClassFixture<S3World>, IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Token => deadline.Token;

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task A_bucket_is_made_and_goes_with_all_that_is_in_it()
    {
        var secret = await world.SecretAsync("life", world.Credentials(), Token);
        await world.CreateBucketAsync("life", secret, Token);

        var done = await world.SucceededAsync<BackupBucket>("life", Token);

        using var bucket = world.Bucket("life");
        (await bucket.ExistsAsync(Token)).ShouldBeTrue();
        await PutAsync(bucket, "a/b", "content");
        await PutAsync(bucket, "c", "content");

        await world.DeleteAsync<BackupBucket>("life", Token);
        (await bucket.ExistsAsync(Token)).ShouldBeFalse();
        (await world.Cluster.FindAsync<Secret>(KeyOf(done.Status!.GeneratedSecretRef!), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task What_the_configuration_says_reaches_those_who_write_backups()
    {
        var data = world.Credentials();
        data.Remove("endpoint");
        var secret = await world.SecretAsync("config", data, Token);
        await world.CreateBucketAsync("config", secret, Token, $$"""
            {"apiVersion":"s3.provider.extensions.gardener.cloud/v1alpha1","kind":"BackupBucketConfig","endpoint":"{{world.Store.Endpoint}}"}
            """);

        var done = await world.SucceededAsync<BackupBucket>("config", Token);

        var generated = await world.Cluster.GetAsync<Secret>(KeyOf(done.Status!.GeneratedSecretRef!), Token);
        using var bucket = new S3Bucket(S3Settings.Read(generated.Data, null, null), "config");
        (await bucket.ExistsAsync(Token)).ShouldBeTrue();
        done.Status.ProviderStatus!.Value.GetRawText().ShouldNotContain("S3RVER");

        await world.Cluster.CreateAsync(Entry("config-entry", "config", secret) with
        {
            Spec = Entry("config-entry", "config", secret).Spec with { BackupBucketProviderStatus = done.Status.ProviderStatus },
        }, Token);
        await world.SucceededAsync<BackupEntry>("config-entry", Token);
    }

    [Fact]
    public async Task An_entry_waits_for_its_bucket_and_removes_its_own_objects_only()
    {
        var secret = await world.SecretAsync("entries", world.Credentials(), Token);
        var entry = Entry("garden--1", "entries", secret);
        await world.Cluster.CreateAsync(
            entry with
            {
                Metadata = entry.Metadata with
                {
                    Annotations = new Dictionary<string, string> { [EtcdBackup.PrefixAnnotation] = "team/store" },
                },
            },
            Token);
        (await world.FailedAsync<BackupEntry>("garden--1", Token)).Codes.ShouldBe([ErrorCode.RetryableInfraDependencies]);
        await world.CreateBucketAsync("entries", secret, Token);
        await world.SucceededAsync<BackupEntry>("garden--1", Token);
        using var bucket = world.Bucket("entries");
        foreach (var key in new[] { "team/store/1", "team/store/2", "team/store-of-others/1", "team/other" })
        {
            await PutAsync(bucket, key, key);
        }

        await world.DeleteAsync<BackupEntry>("garden--1", Token);

        (await bucket.ListAsync("", Token)).Select(item => item.Key).ShouldBe(["team/other", "team/store-of-others/1"]);
    }

    [Theory]
    [InlineData("S3RVER", "wrong", ErrorCode.InfraUnauthenticated)]
    [InlineData("nobody", "S3RVER", ErrorCode.InfraUnauthenticated)]
    public async Task Credentials_that_the_store_refuses_are_told_without_being_shown(string id, string key, string code)
    {
        var name = $"refused-{id}".ToLowerInvariant();
        var secret = await world.SecretAsync(name, world.Credentials(key: key + "-key-of-nobody", id: id), Token);
        await world.CreateBucketAsync(name, secret, Token);

        var error = await world.FailedAsync<BackupBucket>(name, Token);

        error.Codes.ShouldBe([code], error.Description);
        error.Description.ShouldContain(name);
        error.Description.ShouldNotContain("-key-of-nobody");
    }

    [Fact]
    public async Task A_store_that_nobody_answers_for_is_tried_again()
    {
        var data = world.Credentials();
        data["endpoint"] = "http://127.0.0.1:1/"u8.ToArray();
        await world.CreateBucketAsync("away", await world.SecretAsync("away", data, Token), Token);

        (await world.FailedAsync<BackupBucket>("away", Token)).ShouldSatisfyAllConditions(
            error => error.Codes.ShouldBe([ErrorCode.RetryableInfraDependencies]),
            error => error.Description.ShouldContain("http://127.0.0.1:1/"));

        await world.SecretAsync("away", world.Credentials(), Token);
        await world.SucceededAsync<BackupBucket>("away", Token);
    }

    [Fact]
    public async Task A_bucket_without_credentials_says_which_are_missing()
    {
        await world.CreateBucketAsync("bare", new SecretReference { Namespace = "garden", Name = "nowhere" }, Token);
        (await world.FailedAsync<BackupBucket>("bare", Token)).ShouldSatisfyAllConditions(
            error => error.Codes.ShouldBe([ErrorCode.ConfigurationProblem]),
            error => error.Description.ShouldContain("there is no Secret garden/nowhere"));

        var data = world.Credentials();
        data.Remove("secretAccessKey");
        await world.CreateBucketAsync("half", await world.SecretAsync("half", data, Token), Token);
        (await world.FailedAsync<BackupBucket>("half", Token)).Description.ShouldContain("no key secretAccessKey (Secret garden/half)");
    }

    private static BackupEntry Entry(string name, string bucket, SecretReference secret) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new BackupEntrySpec { Type = "s3", Class = "garden", Region = "eu-central-1", BucketName = bucket, SecretRef = secret },
    };

    private static ObjectKey KeyOf(SecretReference reference) => new(reference.Namespace, reference.Name!);

    private async Task PutAsync(S3Bucket bucket, string key, string content)
    {
        var file = Path.GetTempFileName();
        await System.IO.File.WriteAllTextAsync(file, content, Encoding.UTF8, Token);
        await bucket.PutAsync(key, file, Token);
        System.IO.File.Delete(file);
    }
}
