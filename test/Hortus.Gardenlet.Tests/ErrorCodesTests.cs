using Hortus.Extensions;
using Hortus.Objects.Gardener;

namespace Hortus.Gardenlet.Tests;

public sealed class ErrorCodesTests
{
    [Fact]
    public void Codes_that_an_extension_reports_are_taken_over() =>
        ErrorCodes.Of(new ExtensionException("quota exceeded", [ErrorCode.InfraDependencies])).ShouldBe([ErrorCode.InfraDependencies]);

    [Theory]
    [InlineData("provider: authentication failed for user", ErrorCode.InfraUnauthenticated)]
    [InlineData("AccessDenied: role may not create networks", ErrorCode.InfraUnauthorized)]
    [InlineData("Quota exceeded for routers", ErrorCode.InfraQuotaExceeded)]
    [InlineData("429 Too Many Requests", ErrorCode.InfraRateLimitsExceeded)]
    [InlineData("zone has insufficient capacity", ErrorCode.InfraResourcesDepleted)]
    [InlineData("subnet is still in use", ErrorCode.InfraDependencies)]
    public void Providers_words_are_known(string message, string code) =>
        ErrorCodes.Of(new ExtensionException(message, [])).ShouldBe([code]);

    [Fact]
    public void Our_own_faults_are_not_mistaken_for_the_providers() =>
        ErrorCodes.Of(new InvalidOperationException("unauthorized")).ShouldBeEmpty();

    [Fact]
    public void Cause_behind_a_timeout_counts() =>
        ErrorCodes.Of(new TimeoutException("late", new ExtensionException("x", [ErrorCode.InfraQuotaExceeded])))
            .ShouldBe([ErrorCode.InfraQuotaExceeded]);

    [Fact]
    public void Configuration_is_final_only_when_it_cannot_become_right_by_itself()
    {
        ErrorCodes.Of(new ShootConfigurationException("x", retryable: false)).ShouldAllBe(code => ErrorCodes.StopsRetries(code));
        ErrorCodes.Of(new ShootConfigurationException("x", retryable: true)).ShouldAllBe(code => !ErrorCodes.StopsRetries(code));
    }
}
