using System.Text;
using Hortus.Objects.Gardener;
using Hortus.Pki;
using Hortus.Testing.S3;

namespace Hortus.BackupS3.Tests;

[Trait("Category", "RealParts")]
public sealed class S3BucketTests(S3World world) : IClassFixture<S3World>, IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Token => deadline.Token;

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task Objects_are_written_listed_read_and_removed()
    {
        using var bucket = world.Bucket("objects");
        await bucket.CreateAsync(Token);
        await bucket.CreateAsync(Token);
        var file = Path.GetTempFileName();
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(file, content, Token);
        await bucket.PutAsync("a b/ü+1", file, Token);
        File.Delete(file);

        (await bucket.ListAsync("a b/", Token)).ShouldBe([new S3Item("a b/ü+1", content.Length)]);
        using var read = new MemoryStream();
        (await bucket.GetAsync("a b/ü+1", read, Token)).ShouldBeTrue();
        read.ToArray().ShouldBe(content);
        (await bucket.GetAsync("none", read, Token)).ShouldBeFalse();

        await bucket.DeleteAsync(["a b/ü+1", "none"], Token);
        (await bucket.ListAsync("", Token)).ShouldBeEmpty();
        await bucket.DeleteAsync(Token);
        await bucket.DeleteAsync(Token);
        (await bucket.ExistsAsync(Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task More_objects_than_a_page_holds_are_all_removed()
    {
        using var bucket = world.Bucket("many");
        await bucket.CreateAsync(Token);
        var file = Path.GetTempFileName();
        foreach (var batch in Enumerable.Range(0, 1050).Chunk(32))
        {
            await Task.WhenAll(batch.Select(i => bucket.PutAsync($"p/{i:0000}", file, Token)));
        }

        File.Delete(file);
        (await bucket.ListAsync("p/", Token)).Count.ShouldBe(1050);
        await bucket.DeleteAsync(Token);
        (await bucket.ExistsAsync(Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_a_configuration_problem_for_those_who_use_it()
    {
        using var bucket = world.Bucket("missing");

        var fault = await Should.ThrowAsync<S3Exception>(() => bucket.ListAsync("", Token));

        fault.Code.ShouldBe(ErrorCode.ConfigurationProblem);
        fault.Message.ShouldContain("NoSuchBucket");
        (await Should.ThrowAsync<S3Exception>(() => bucket.GetAsync("a", Stream.Null, Token))).Code.ShouldBe(ErrorCode.ConfigurationProblem);
    }

    [Fact]
    public async Task A_store_with_an_authority_of_its_own_is_trusted_when_it_is_named_and_only_then()
    {
        var authority = CertificateAuthority.Create("store-ca", CertificateAuthority.ValidityDefault, TimeProvider.System);
        var issued = authority.Issue(CertificateSpec.Server("store", "127.0.0.1"));
        await using var store = await S3Server.StartAsync(Token, (issued.CertificatePem, issued.PrivateKeyPem));
        var data = world.Credentials();
        data["endpoint"] = Encoding.UTF8.GetBytes(store.Endpoint.ToString());

        using (var stranger = new S3Bucket(S3Settings.Read(data, null, null), "tls"))
        {
            (await Should.ThrowAsync<S3Exception>(() => stranger.CreateAsync(Token))).ShouldSatisfyAllConditions(
                fault => fault.Code.ShouldBe(ErrorCode.RetryableInfraDependencies),
                fault => fault.Message.ShouldContain("certificate"));
        }

        data["trustedCaCert"] = Encoding.UTF8.GetBytes(authority.CertificatePem);
        using var bucket = new S3Bucket(S3Settings.Read(data, null, null), "tls");
        await bucket.CreateAsync(Token);
        (await bucket.ExistsAsync(Token)).ShouldBeTrue();
    }
}
