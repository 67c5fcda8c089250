using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Tokens;
using Names = Hortus.Objects.Gardener.Resources.TokenRequestorNames;

namespace Hortus.ResourceManager.Tests.Tokens;

/// <summary>What the annotations of a Secret ask for.</summary>
public sealed class TokenOrderTests
{
    [Fact]
    public void An_account_is_enough()
    {
        var order = TokenOrder.Read(Asking());

        order.Account.ShouldBe(new ObjectKey("kube-system", "robot"));
        order.UserName.ShouldBe("system:serviceaccount:kube-system:robot");
        order.Lifetime.ShouldBe(TimeSpan.FromHours(12));
        order.AccountLabels.ShouldBeEmpty();
        order.Copy.ShouldBeNull();
        order.WantsAuthority.ShouldBeFalse();
        order.DeletesAccount.ShouldBeFalse();
    }

    [Fact]
    public void Everything_can_be_asked_for()
    {
        var order = TokenOrder.Read(Asking(
            (Names.AccountLabels, """{"a":"b"}"""),
            (Names.Lifetime, "1h30m"),
            (Names.InjectAuthority, "t"),
            (Names.SkipDeletion, "false"),
            (Names.CopyName, "copy"),
            (Names.CopyNamespace, "there")));

        order.AccountLabels.ShouldBe(new Dictionary<string, string> { ["a"] = "b" });
        order.Lifetime.ShouldBe(TimeSpan.FromMinutes(90));
        order.WantsAuthority.ShouldBeTrue();
        order.DeletesAccount.ShouldBeTrue();
        order.Copy.ShouldBe(new ObjectKey("there", "copy"));
    }

    [Theory]
    [InlineData(Names.AccountName, "", "annotation serviceaccount.resources.gardener.cloud/name is missing")]
    [InlineData(Names.AccountNamespace, "", "annotation serviceaccount.resources.gardener.cloud/namespace is missing")]
    [InlineData(Names.Lifetime, "soon", "want a duration from 10m to 1193046h, found \"soon\"")]
    [InlineData(Names.Lifetime, "9m59s", "found \"9m59s\"")]
    [InlineData(Names.Lifetime, "-1h", "found \"-1h\"")]
    [InlineData(Names.Lifetime, "2000000h", "found \"2000000h\"")]
    [InlineData(Names.AccountLabels, "a=b", "want a JSON object of texts")]
    [InlineData(Names.AccountLabels, """{"a":1}""", "want a JSON object of texts")]
    [InlineData(Names.CopyName, "copy", "annotation token-requestor.resources.gardener.cloud/target-secret-namespace is missing")]
    [InlineData(Names.CopyNamespace, "there", "annotation token-requestor.resources.gardener.cloud/target-secret-name is missing")]
    public void A_fault_is_named(string annotation, string value, string fault) =>
        Should.Throw<TokenOrderException>(() => TokenOrder.Read(Asking((annotation, value)))).Message.ShouldContain(fault);

    [Fact]
    public void All_faults_are_named_at_once()
    {
        var fault = Should.Throw<TokenOrderException>(() => TokenOrder.Read(new Secret())).Message;

        fault.ShouldContain(Names.AccountName);
        fault.ShouldContain(Names.AccountNamespace);
    }

    [Fact]
    public void A_requestor_with_a_namespace_of_its_own_gives_accounts_of_no_other()
    {
        TokenOrder.Read(Asking(), "seed-one").Account.ShouldBe(new ObjectKey("seed-one", "robot"));
        TokenOrder.Read(Asking((Names.AccountNamespace, "")), "seed-one").Account.ShouldBe(new ObjectKey("seed-one", "robot"));
    }

    [Theory]
    [InlineData(10, 8, 8.4)]
    [InlineData(24, 19.2, 20.16)]
    [InlineData(1000, 19.2, 20.16)]
    public void The_next_token_comes_after_four_fifths_of_a_life_that_counts_as_a_day_at_most(double hours, double from, double to)
    {
        var now = DateTimeOffset.UnixEpoch;
        var random = new Random(7);
        var delays = Enumerable.Range(0, 100).Select(_ => TokenRenewal.After(now.AddHours(hours), now, random).TotalHours).ToList();

        delays.ShouldAllBe(delay => delay >= from && delay <= to);
        (delays.Max() - delays.Min()).ShouldBeGreaterThan((to - from) / 2, "tokens that were issued together are renewed apart");
    }

    [Theory]
    [InlineData("1970-01-01T01:00:00Z", 3600)]
    [InlineData("1970-01-01T02:00:00+01:00", 3600)]
    [InlineData("1969-12-31T23:00:00Z", -3600)]
    [InlineData("tomorrow", 0)]
    [InlineData(null, 0)]
    public void A_renewal_time_that_says_nothing_is_due(string? text, double seconds)
    {
        var secret = text is null ? Asking() : Asking((Names.RenewAt, text));

        TokenRenewal.Left(secret, DateTimeOffset.UnixEpoch).TotalSeconds.ShouldBe(seconds);
    }

    private static Secret Asking(params (string Name, string Value)[] annotations)
    {
        var all = new Dictionary<string, string> { [Names.AccountName] = "robot", [Names.AccountNamespace] = "kube-system" };
        foreach (var (name, value) in annotations)
        {
            all[name] = value;
        }

        return new Secret { Metadata = new ObjectMeta { Namespace = "default", Name = "test", Annotations = all } };
    }
}
