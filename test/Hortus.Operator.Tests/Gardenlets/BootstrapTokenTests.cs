using System.Globalization;
using System.Text;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Operator.Tests.Gardenlets;

[Trait("Category", "Integration")]
public sealed class BootstrapTokenTests : GardenletWorldTests
{
    private static readonly ObjectKey Key = new("kube-system", "bootstrap-token-56de12");

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 5, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_token_is_named_after_its_gardenlet_and_good_for_a_day_of_asking_to_become_one()
    {
        var token = await EnsureAsync();

        var secret = await World.Garden.GetAsync<Secret>(Key, Token);
        secret.Type.ShouldBe("bootstrap.kubernetes.io/token");
        secret.Data!.Keys.Order().ShouldBe(
            ["description", "expiration", "token-id", "token-secret", "usage-bootstrap-authentication", "usage-bootstrap-signing"]);
        TextOf(secret, "token-id").ShouldBe("56de12");
        TextOf(secret, "token-secret").ShouldMatch("^[0-9a-z]{16}$");
        token.ShouldBe($"56de12.{TextOf(secret, "token-secret")}");
        TextOf(secret, "expiration").ShouldBe("2026-11-24T05:00:00Z");
        TextOf(secret, "usage-bootstrap-authentication").ShouldBe("true");
        TextOf(secret, "usage-bootstrap-signing").ShouldBe("true");
    }

    [Fact]
    public async Task It_is_taken_again_until_it_expires_and_then_prolonged()
    {
        var first = await EnsureAsync();
        clock.Advance(TimeSpan.FromHours(23));
        var second = await EnsureAsync();
        var before = await ExpirationAsync();
        clock.Advance(TimeSpan.FromHours(2));
        var third = await EnsureAsync();

        second.ShouldBe(first);
        third.ShouldBe(first);
        before.ShouldBe(new DateTimeOffset(2026, 11, 24, 5, 0, 0, TimeSpan.Zero));
        (await ExpirationAsync()).ShouldBe(new DateTimeOffset(2026, 11, 25, 6, 0, 0, TimeSpan.Zero));
    }

    private Task<string> EnsureAsync() =>
        new BootstrapTokens(World.Garden, clock).EnsureAsync(GardenletWorld.NewGardenlet("local"), Token);

    private async Task<DateTimeOffset> ExpirationAsync() => DateTimeOffset.Parse(
        TextOf(await World.Garden.GetAsync<Secret>(Key, Token), "expiration"), CultureInfo.InvariantCulture);

    private static string TextOf(Secret secret, string key) => Encoding.UTF8.GetString(secret.Data![key]);
}
