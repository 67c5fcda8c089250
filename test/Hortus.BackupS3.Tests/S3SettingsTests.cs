using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.S3;
using Hortus.Objects.Gardener;

namespace Hortus.BackupS3.Tests;

public sealed class S3SettingsTests
{
    private static readonly Dictionary<string, byte[]> Keys = new() { ["accessKeyID"] = "id"u8.ToArray(), ["secretAccessKey"] = "key"u8.ToArray() };

    [Fact]
    public void Amazon_itself_needs_a_region_and_nothing_more()
    {
        var settings = S3Settings.Read(Keys, null, "eu-west-1");

        settings.ShouldSatisfyAllConditions(
            s => s.Endpoint.ShouldBeNull(), s => s.ForcePathStyle.ShouldBeFalse(), s => s.Region.ShouldBe("eu-west-1"));
        settings.ToString().ShouldBe("region eu-west-1");
    }

    [Fact]
    public void What_is_written_reads_as_the_same_again()
    {
        var settings = S3Settings.Read(
            Keys, Config("""{"endpoint":"http://store.example.org:9000","allowHTTP":true,"region":"a","forcePathStyle":false}"""), "b");

        settings.Region.ShouldBe("a");
        S3Settings.Read(settings.Write(), null, null).ShouldBe(settings);
        S3Settings.Read(Keys, BucketConfig.Describe(settings), null).ShouldBe(settings);
    }

    [Theory]
    [InlineData("""{"endpoint":"http://store.example.org"}""", "unencrypted")]
    [InlineData("""{"endpoint":"ftp://store.example.org"}""", "want an address")]
    [InlineData("""{"endpoint":"https://user:hidden@store.example.org"}""", "want an address")]
    [InlineData("""{"endpont":"https://store.example.org"}""", "endpont")]
    [InlineData("""{"trustedCaCert":"nonsense"}""", "trustedCaCert")]
    public void A_configuration_that_cannot_work_says_why(string config, string says)
    {
        var fault = Should.Throw<S3Exception>(() => S3Settings.Read(Keys, Config(config), "a"));

        fault.Code.ShouldBe(ErrorCode.ConfigurationProblem);
        fault.Message.ShouldContain(says);
        fault.Message.ShouldNotContain("hidden");
    }

    [Fact]
    public void Another_kind_of_configuration_is_refused()
    {
        var other = JsonDocument.Parse("""{"apiVersion":"aws/v1","kind":"BackupBucketConfig"}""").RootElement;

        Should.Throw<S3Exception>(() => S3Settings.Read(Keys, other, "a")).Message.ShouldContain("s3.provider.extensions.gardener.cloud/v1alpha1");
        Should.Throw<S3Exception>(() => S3Settings.Read(Keys, null, null)).Message.ShouldContain("region");
    }

    [Theory]
    [InlineData("AccessDenied", HttpStatusCode.Forbidden, ErrorCode.InfraUnauthorized)]
    [InlineData("", HttpStatusCode.Forbidden, ErrorCode.InfraUnauthorized)]
    [InlineData("SignatureDoesNotMatch", HttpStatusCode.Forbidden, ErrorCode.InfraUnauthenticated)]
    [InlineData("InvalidAccessKeyId", HttpStatusCode.Forbidden, ErrorCode.InfraUnauthenticated)]
    [InlineData("TooManyBuckets", HttpStatusCode.BadRequest, ErrorCode.InfraQuotaExceeded)]
    [InlineData("SlowDown", HttpStatusCode.ServiceUnavailable, ErrorCode.InfraRateLimitsExceeded)]
    [InlineData("InternalError", HttpStatusCode.InternalServerError, ErrorCode.RetryableInfraDependencies)]
    [InlineData("BucketNotEmpty", HttpStatusCode.Conflict, ErrorCode.RetryableInfraDependencies)]
    [InlineData("BucketAlreadyExists", HttpStatusCode.Conflict, ErrorCode.ConfigurationProblem)]
    [InlineData("InvalidBucketName", HttpStatusCode.BadRequest, ErrorCode.ConfigurationProblem)]
    public void A_refusal_has_the_class_of_its_cause(string error, HttpStatusCode status, string code)
    {
        var settings = S3Settings.Read(Keys, null, "a");

        var fault = S3Faults.Describe("create bucket b", settings, new AmazonS3Exception("told by the store.", ErrorType.Sender, error, "1", status));

        fault.Code.ShouldBe(code);
        fault.Message.ShouldStartWith($"cannot create bucket b at region a: {(int)status}");
    }

    private static JsonElement Config(string fields) => JsonDocument.Parse(
        $$"""{"apiVersion":"s3.provider.extensions.gardener.cloud/v1alpha1","kind":"BackupBucketConfig",{{fields[1..]}}""").RootElement;
}
