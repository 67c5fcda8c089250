using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Hortus.Oci.Tests;

[Trait("Category", "Integration")]
public sealed class FaultyRegistryTests : IAsyncLifetime
{
    private static readonly byte[] Archive = Pulls.Chart(content: new string('#', 1000)).Archive.ToArray();
    private static readonly byte[] Large = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7919 >> 5))];

    private ScriptedRegistry registry = null!;

    public async Task InitializeAsync() => registry = await ScriptedRegistry.StartAsync();

    public async Task DisposeAsync() => await registry.DisposeAsync();

    [Fact]
    public async Task Too_many_requests_are_made_again_after_the_time_asked_for()
    {
        registry.AddChart(Archive);
        var refusals = 2;
        registry.Rule = context =>
        {
            if (context.Request.Method != "HEAD" || Interlocked.Decrement(ref refusals) < 0)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "1";
            return Task.FromResult(true);
        };
        using var puller = Pulls.Puller();
        var watch = Stopwatch.StartNew();

        (await puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline())).Archive.ToArray().ShouldBe(Archive);

        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(1.9));
        registry.Count("HEAD", "/manifests/1").ShouldBe(3);
    }

    [Fact]
    public async Task A_registry_that_keeps_asking_to_wait_is_left_with_what_it_said()
    {
        registry.AddChart(Archive);
        registry.Rule = Only("/manifests/", context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3600";
        });
        using var puller = Pulls.Puller(new ChartPullerOptions
        {
            Registries = Pulls.Quick with { RetryAfterMax = TimeSpan.FromMilliseconds(5) },
        });

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.Unavailable);
        failure.RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        failure.Message.ShouldContain("429 Too Many Requests");
        registry.Count("HEAD", "/manifests/1").ShouldBe(3);
    }

    [Fact]
    public async Task Errors_of_the_registry_are_tried_again_and_refusals_are_not()
    {
        registry.AddChart(Archive);
        var failures = 2;
        registry.Rule = context =>
        {
            if (context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal) && Interlocked.Decrement(ref failures) >= 0)
            {
                context.Response.StatusCode = 503;
                return Task.FromResult(true);
            }

            return Task.FromResult(false);
        };
        using var puller = Pulls.Puller();
        await puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline());
        registry.Count("GET", "/blobs/").ShouldBe(3);

        registry.Rule = Only("/manifests/", context => context.Response.StatusCode = 403);
        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:2"), Pulls.Deadline()));
        failure.Failure.ShouldBe(OciFailure.Denied);
        failure.Message.ShouldContain("403 Forbidden");
        failure.Message.ShouldContain($"no credentials for {registry.Name} were given");
        registry.Count("HEAD", "/manifests/2").ShouldBe(1);
        registry.Count("GET", "/manifests/2").ShouldBe(1);
    }

    [Fact]
    public async Task A_registry_that_fails_for_good_is_told_with_its_words_after_three_tries()
    {
        registry.Rule = Only("/manifests/", context => context.Response.StatusCode = 500);
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.Unavailable);
        failure.Message.ShouldContain("cannot determine digest");
        failure.Message.ShouldContain("500 Internal Server Error");
        registry.Count("HEAD", "/manifests/1").ShouldBe(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transfer_that_breaks_goes_on_where_it_broke(bool knowsRanges)
    {
        var (_, blob) = registry.AddChart(Large);
        registry.Rule = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                return false;
            }

            var content = registry.Content(blob);
            var from = 0;
            if (knowsRanges && context.Request.GetTypedHeaders().Range is { } range)
            {
                from = (int)range.Ranges.Single().From!.Value;
                context.Response.StatusCode = 206;
                context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
            }

            // Each time a bit more, as a bad line does.
            var transfers = registry.Count("GET", "/blobs/");
            var to = Math.Min(content.Length, transfers * 90_000);
            context.Response.ContentLength = content.Length - from;
            await context.Response.Body.WriteAsync(content.AsMemory(from, Math.Max(0, to - from)));
            await context.Response.Body.FlushAsync();
            if (to < content.Length)
            {
                context.Abort();
            }

            return true;
        };
        using var puller = Pulls.Puller();

        var pulled = await puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline());

        pulled.Archive.ToArray().ShouldBe(Large);
        registry.Count("GET", "/blobs/").ShouldBe(4);
    }

    [Fact]
    public async Task A_blob_that_always_ends_too_early_is_given_up()
    {
        var (_, blob) = registry.AddChart(Large);
        registry.Rule = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                return false;
            }

            // Without a length the end looks like any other.
            await context.Response.Body.WriteAsync(registry.Content(blob).AsMemory(0, 1000));
            return true;
        };
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Message.ShouldContain($"ended after 1000 of {Large.Length} bytes");
    }

    [Fact]
    public async Task A_blob_longer_than_its_manifest_says_is_refused_before_it_fills_the_memory()
    {
        registry.AddChart(Archive);
        registry.Rule = async context =>
        {
            for (var i = 0; context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal); i++)
            {
                context.RequestAborted.ThrowIfCancellationRequested();
                await context.Response.Body.WriteAsync(Large, context.RequestAborted);
            }

            return false;
        };
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.BadContent);
        failure.Message.ShouldContain($"has more than the {Archive.Length} bytes that its manifest says");
    }

    [Fact]
    public async Task A_manifest_larger_than_allowed_is_refused()
    {
        registry.AddManifest("{\"schemaVersion\":2,\"x\":\"" + new string('x', 5_000_000) + "\"}", MediaTypes.OciManifest, "1");
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Message.ShouldContain("more than the 4194304 bytes allowed");
    }

    [Fact]
    public async Task A_registry_that_stalls_is_not_waited_for_longer_than_allowed()
    {
        registry.AddChart(Large);
        registry.Rule = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                return false;
            }

            context.Response.ContentLength = Large.Length;
            await context.Response.Body.WriteAsync(Large.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        using var puller = Pulls.Puller(new ChartPullerOptions
        {
            Registries = Pulls.Quick with { ResponseTimeout = TimeSpan.FromSeconds(0.5), TriesMax = 1 },
        });

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.Unavailable);
        failure.Message.ShouldContain("the transfer stalled for 0.5 s");
    }

    [Fact]
    public async Task A_registry_that_never_answers_is_told_as_such()
    {
        registry.Rule = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        using var puller = Pulls.Puller(new ChartPullerOptions
        {
            Registries = Pulls.Quick with { ResponseTimeout = TimeSpan.FromSeconds(0.5), TriesMax = 2 },
        });

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.Unavailable);
        failure.Message.ShouldContain("no answer within 0.5 s");
    }

    [Theory]
    [InlineData(405)]
    [InlineData(404)]
    [InlineData(200)]
    public async Task A_registry_that_does_not_answer_HEAD_well_is_asked_with_GET(int status)
    {
        registry.AddChart(Archive);
        registry.Rule = context =>
        {
            context.Response.Headers["Docker-Content-Digest"] = "nonsense";
            context.Response.StatusCode = context.Request.Method == "HEAD" ? status : 200;
            return Task.FromResult(context.Request.Method == "HEAD");
        };
        using var puller = Pulls.Puller();

        (await puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline())).Archive.ToArray().ShouldBe(Archive);
    }

    [Fact]
    public async Task A_digest_that_a_registry_only_claims_is_not_believed()
    {
        var (digest, _) = registry.AddChart(Archive);
        var other = "sha256:" + new string('0', 64);
        registry.Rule = context =>
        {
            context.Response.Headers["Docker-Content-Digest"] = other;
            if (context.Request.Path.Value!.EndsWith(other, StringComparison.Ordinal))
            {
                context.Request.Path = $"/v2/charts/a/manifests/{digest}";
            }

            return Task.FromResult(false);
        };
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.BadContent);
        failure.Message.ShouldContain($"was changed: its digest is {digest}, and should be {other}");
    }

    [Fact]
    public async Task Words_of_a_registry_that_repeat_a_secret_are_told_without_it()
    {
        var config = Hortus.Testing.Registry.DockerRegistry.ConfigFor(registry.Name, "alice", "very-secret");
        registry.Rule = async context =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
            await context.Response.WriteAsync("""{"errors":[{"code":"DENIED","message":"very-secret is wrong"}]}""");
            return true;
        };
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1", config), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.Denied);
        failure.Message.ShouldContain("401 Unauthorized: DENIED: *** is wrong; asked with the credentials of user \"alice\"");
        failure.ToString().ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task A_token_is_kept_until_it_expires_or_is_refused_and_then_got_anew_once()
    {
        registry.AddChart(Archive);
        var (issued, accepted) = (0, 1);
        registry.Rule = async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync($$"""{"token":"t{{++issued}}","expires_in":100}""");
                return true;
            }

            if (context.Request.Headers.Authorization == $"Bearer t{accepted}")
            {
                return false;
            }

            var host = registry.Name;
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{host}/token\",service=\"s\"";
            return true;
        };
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var puller = Pulls.Puller(clock: clock);
        var pull = Pulls.Pull($"{registry.Name}/charts/a:1");

        for (var i = 0; i < 3; i++)
        {
            await puller.PullChartAsync(pull, Pulls.Deadline());
        }

        issued.ShouldBe(1);

        // It is not waited for until the registry refuses it.
        clock.Advance(TimeSpan.FromSeconds(81));
        accepted = 2;
        await puller.PullChartAsync(pull, Pulls.Deadline());
        issued.ShouldBe(2);
        registry.Count("HEAD", "/manifests/1").ShouldBe(4);

        // A token that the registry takes no longer, before its time.
        accepted = 3;
        await puller.PullChartAsync(pull, Pulls.Deadline());
        issued.ShouldBe(3);
        registry.Count("HEAD", "/manifests/1").ShouldBe(6);

        // One that takes none at all is not asked for ever.
        accepted = 0;
        var failure = await Should.ThrowAsync<OciException>(() => puller.PullChartAsync(pull, Pulls.Deadline()));
        failure.Failure.ShouldBe(OciFailure.Denied);
        registry.Count("HEAD", "/manifests/1").ShouldBe(8);
    }

    [Fact]
    public async Task A_token_server_without_TLS_on_another_machine_gets_no_credentials()
    {
        registry.Rule = context =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"http://tokens.example.com/token\",service=\"x\"";
            return Task.FromResult(true);
        };
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.Untrusted);
        failure.Message.ShouldContain("http://tokens.example.com/token has no TLS");
    }

    private static Func<HttpContext, Task<bool>> Only(string part, Action<HttpContext> answer) => context =>
    {
        if (!context.Request.Path.Value!.Contains(part, StringComparison.Ordinal))
        {
            return Task.FromResult(false);
        }

        answer(context);
        return Task.FromResult(true);
    };
}
