using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Tokens;
using Microsoft.Extensions.Time.Testing;
using static Hortus.ResourceManager.Tests.Tokens.TokenWorld;
using Names = Hortus.Objects.Gardener.Resources.TokenRequestorNames;

namespace Hortus.ResourceManager.Tests.Tokens;

/// <summary>Tokens of one cluster in the Secrets of another.</summary>
[Trait("Category", "Integration")]
public sealed class TokenRequestorTests
{
    [Fact]
    public async Task A_secret_gets_a_token_of_an_account_that_is_made_for_it()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("test", (Names.AccountLabels, """{"a":"b"}"""));

        var token = await world.IssuedAsync("test");

        (await world.OwnerOfAsync(token)).ShouldBe("system:serviceaccount:default:robot");
        var account = await world.AccountAsync();
        account!.AutomountServiceAccountToken.ShouldBe(false);
        account.Metadata.Label("a").ShouldBe("b");
        var secret = await world.UntilAsync("test", _ => true);
        var next = DateTimeOffset.Parse(secret.Metadata.Annotation(Names.RenewAt)!, null) - TimeProvider.System.GetUtcNow();
        next.TotalHours.ShouldBeInRange(12 * 0.8 - 0.1, 12 * 0.84 + 0.1);
        secret.Metadata.Finalizers.ShouldBeNull();
        secret.Data!.Keys.ShouldBe(["token"]);
    }

    [Fact]
    public async Task An_account_that_was_there_keeps_what_it_has_and_mounts_no_tokens()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.Target.Client.CreateAsync(
            new ServiceAccount
            {
                Metadata = new ObjectMeta
                {
                    Namespace = "default",
                    Name = "robot",
                    Labels = new Dictionary<string, string> { ["mine"] = "yes" },
                },
            },
            world.Token);

        await world.AskAsync("test", (Names.AccountLabels, """{"a":"b"}"""));
        await world.IssuedAsync("test");

        var account = await world.AccountAsync();
        account!.AutomountServiceAccountToken.ShouldBe(false);
        account.Metadata.Labels.ShouldBe(new Dictionary<string, string> { ["mine"] = "yes", ["a"] = "b" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_token_is_renewed_when_its_time_has_come_and_not_before()
    {
        await using var world = await TokenWorld.StartAsync(isRunning: false);
        await world.AskAsync("test", (Names.Lifetime, "10h"));
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var setup = world.NewSetup(clock);
        var reconciler = new TokenReconciler(OptionalControllers.TokenRequestorOf(setup));
        using var stop = new CancellationTokenSource();
        var run = setup.Source.RunAsync(stop.Token);
        async Task<TimeSpan> RunAsync(int issued)
        {
            await setup.Source.CacheOf<Secret>(TokenReconciler.ScopeOf(OptionalControllers.TokenRequestorOf(setup))).WaitAsync(
                Key("test"), s => s is not null && (issued == 0 || s.Data is not null), world.Token);
            return (await reconciler.ReconcileAsync(Key("test"), world.Token)).RequeueAfter!.Value;
        }

        var first = await RunAsync(0);
        first.TotalHours.ShouldBeInRange(8, 8.4);
        clock.Advance(TimeSpan.FromHours(7));
        (await RunAsync(1)).TotalHours.ShouldBe(first.TotalHours - 7, 0.01);
        Issued(world).ShouldBe(1);

        clock.Advance(TimeSpan.FromHours(1.5));
        await RunAsync(1);
        Issued(world).ShouldBe(2);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_token_that_the_target_does_not_take_is_replaced()
    {
        await using var elsewhere = await TokenWorld.StartAsync();
        await elsewhere.AskAsync("test");
        var foreign = await elsewhere.IssuedAsync("test");
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("test");
        await world.IssuedAsync("test");
        await world.Source.Client.PatchAsync<Secret>(
            Key("test"),
            Patch.Merge(new JsonObject
            {
                ["data"] = new JsonObject { ["token"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(foreign)) },
            }),
            world.Token);

        var token = await world.IssuedAsync("test", foreign);
        (await world.OwnerOfAsync(token)).ShouldBe("system:serviceaccount:default:robot");
    }

    [Fact]
    public async Task Another_account_gets_another_token_at_once()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("test");
        var first = await world.IssuedAsync("test");

        await AnnotateAsync(world, "test", Names.AccountName, "other");

        (await world.OwnerOfAsync(await world.IssuedAsync("test", first))).ShouldBe("system:serviceaccount:default:other");
    }

    [Fact]
    public async Task A_good_token_costs_one_question_after_a_start_and_no_write()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("test");
        await world.IssuedAsync("test");
        await world.StopAsync();
        var version = (await world.UntilAsync("test", _ => true)).Metadata.ResourceVersion;
        world.ToTarget.Requests.Clear();
        world.Run();
        await world.AskAsync("other", (Names.AccountName, "other"));
        await world.IssuedAsync("other");
        await world.ReviewedAsync(2);

        (await world.UntilAsync("test", _ => true)).Metadata.ResourceVersion.ShouldBe(version);
        world.ToTarget.Requests.ShouldNotContain(r => r.Contains("serviceaccounts/robot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_kubeconfig_gets_the_token_and_the_authorities_in_its_current_context()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("test", AccessKubeconfigTests.Two, (Names.InjectAuthority, "true"));

        var secret = await world.UntilAsync("test", s => Config(s).Users[1].Token is not null);

        var config = Config(secret);
        config.Users[0].Token.ShouldBe("first");
        config.Clusters[1].CertificateAuthorityPem.ShouldBe(Authority);
        config.Clusters[0].CertificateAuthorityPem.ShouldBeNull();
        (await world.OwnerOfAsync(config.Users[1].Token!)).ShouldBe("system:serviceaccount:default:robot");
        secret.Data!.Keys.ShouldBe(["kubeconfig"]);
    }

    [Fact]
    public async Task Authorities_stand_beside_a_token_while_they_are_wanted()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("test", (Names.InjectAuthority, "true"));
        var first = await world.IssuedAsync("test");
        Text(await world.UntilAsync("test", _ => true), "bundle.crt").ShouldBe(Authority);

        await world.Source.Client.PatchAsync<Secret>(
            Key("test"), Patch.Merge(new() { ["data"] = new JsonObject { ["bundle.crt"] = "b2xk" } }), world.Token);

        await world.UntilAsync("test", s => Text(s, "bundle.crt") == Authority);
    }

    [Fact]
    public async Task The_token_goes_to_a_secret_of_the_target_instead_when_that_is_asked_for()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync(
            "test", AccessKubeconfigTests.Two, (Names.CopyName, "copy"), (Names.CopyNamespace, "default"), ("keep", "me"));

        var copy = await world.Target.UntilAsync<Secret>(Key("copy"), s => s is not null && Config(s).Users[1].Token is not null, world.Token);
        (await world.OwnerOfAsync(Config(copy!).Users[1].Token!)).ShouldBe("system:serviceaccount:default:robot");
        var source = await world.UntilAsync("test", s => s.Metadata.Annotation(Names.RenewAt) is not null);
        (source.Data ?? new Dictionary<string, byte[]>()).ShouldBeEmpty();

        await world.Target.Client.DeleteAsync<Secret>(Key("copy"), null, world.Token);
        await AnnotateAsync(world, "test", "look", "again");
        await world.Target.UntilAsync<Secret>(Key("copy"), s => s is not null && Text(s, "token") is not null, world.Token);
    }

    [Fact]
    public async Task An_account_goes_with_the_last_secret_that_asked_for_its_deletion()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("a", (Names.SkipDeletion, "false"));
        await world.AskAsync("b", (Names.SkipDeletion, "false"));
        await world.AskAsync("kept", (Names.AccountName, "kept"));
        var token = await world.IssuedAsync("a");
        await world.IssuedAsync("b");
        await world.IssuedAsync("kept");

        await GoneAsync(world, "a");
        (await world.AccountAsync()).ShouldNotBeNull("b still has a token of it");
        await GoneAsync(world, "kept");
        (await world.AccountAsync("kept")).ShouldNotBeNull();
        await GoneAsync(world, "b");

        (await world.AccountAsync()).ShouldBeNull();
        (await world.OwnerOfAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_finalizer_that_is_not_asked_for_comes_off()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("test", (Names.SkipDeletion, "false"));
        await world.IssuedAsync("test");
        (await world.UntilAsync("test", _ => true)).Metadata.Finalizers.ShouldBe([Names.Finalizer]);

        await AnnotateAsync(world, "test", Names.SkipDeletion, "true");
        await world.UntilAsync("test", s => s.Metadata.Finalizers is null or []);

        await GoneAsync(world, "test");
        (await world.AccountAsync()).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(Names.Lifetime, "soon", "token-expiration-duration: want a duration from 10m")]
    [InlineData(Names.AccountName, null, "annotation serviceaccount.resources.gardener.cloud/name is missing")]
    [InlineData("kubeconfig", "{a: b: c}", "data.kubeconfig is no YAML object")]
    public async Task An_order_that_makes_no_sense_is_an_event_and_costs_nothing_until_it_changes(string what, string? value, string why)
    {
        await using var world = await TokenWorld.StartAsync();
        await (what == "kubeconfig"
            ? world.AskAsync("test", value)
            : world.AskAsync("test", null, (what, value)));

        var warning = await world.EventAsync("test", "TokenRequestInvalid");
        warning.Message!.ShouldContain(why);
        await world.AskAsync("good");
        await world.IssuedAsync("good");
        world.ToSource.Writes.Count(w => w.Contains("/events", StringComparison.Ordinal)).ShouldBe(1, "it is not tried again and again");

        if (what != "kubeconfig")
        {
            await AnnotateAsync(world, "test", what, what == Names.Lifetime ? "1h" : "robot");
            await world.IssuedAsync("test");
        }
    }

    [Fact]
    public async Task What_the_target_refuses_is_an_event_and_tried_again()
    {
        await using var world = await TokenWorld.StartAsync();
        await world.AskAsync("test", (Names.AccountNamespace, "later"));
        (await world.EventAsync("test", "TokenNotIssued")).Message!.ShouldContain("later");

        await world.Target.Client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "later" } }, world.Token);

        (await world.OwnerOfAsync(await world.IssuedAsync("test"))).ShouldBe("system:serviceaccount:later:robot");
    }

    [Fact]
    public async Task Secrets_of_another_class_are_left_alone_unless_all_are_served()
    {
        await using var world = await TokenWorld.StartAsync("garden");
        await world.AskAsync("foreign");
        var mine = await world.AskAsync("mine");
        await world.Source.Client.UpdateAsync(
            mine with { Metadata = mine.Metadata.WithLabel(Names.Class, "garden") }, world.Token);

        await world.IssuedAsync("mine");
        (await world.UntilAsync("foreign", _ => true)).Data.ShouldBeNull();

        world.Run("*");
        await world.IssuedAsync("foreign");
    }

    private static int Issued(TokenWorld world) =>
        world.ToTarget.Requests.Count(r => r.EndsWith("/serviceaccounts/robot/token", StringComparison.Ordinal));

    private static KubeConfig Config(Secret secret) => KubeConfig.Parse(Text(secret, "kubeconfig")!, null);

    private static Task AnnotateAsync(TokenWorld world, string name, string annotation, string value) =>
        world.Source.Client.PatchAsync<Secret>(
            Key(name),
            Patch.Merge(new()
            {
                ["metadata"] = new JsonObject
                {
                    ["annotations"] = new JsonObject { [annotation] = value },
                },
            }),
            world.Token);

    private static async Task GoneAsync(TokenWorld world, string name)
    {
        await world.Source.Client.DeleteAsync<Secret>(Key(name), null, world.Token);
        await world.Source.UntilAsync<Secret>(Key(name), s => s is null, world.Token);
    }
}
