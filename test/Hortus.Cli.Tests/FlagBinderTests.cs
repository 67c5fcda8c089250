using System.CommandLine;
using Hortus.Cli.Flags;

namespace Hortus.Cli.Tests;

public sealed class FlagBinderTests
{
    [Theory]
    [InlineData("Kubeconfig", "kubeconfig")]
    [InlineData("ServiceClusterIPRange", "service-cluster-ip-range")]
    [InlineData("TlsCertFile", "tls-cert-file")]
    [InlineData("NodeIP", "node-ip")]
    [InlineData("V", "v")]
    public void A_property_name_becomes_the_name_of_a_flag(string property, string flag)
    {
        FlagBinder<Settings>.KebabCase(property).ShouldBe(flag);
    }

    [Fact]
    public void Nothing_given_leaves_the_defaults_of_the_record()
    {
        Bind("--name=x").ShouldBe(new Settings { Name = "x" });
    }

    [Fact]
    public void Every_kind_of_value_is_bound()
    {
        var settings = Bind(
            "--name=x", "--replicas", "3", "--bytes=9000000000", "--wait=1m30s", "--quiet", "--limit=7", "--level=high");

        settings.Replicas.ShouldBe(3);
        settings.Bytes.ShouldBe(9_000_000_000);
        settings.Wait.ShouldBe(TimeSpan.FromSeconds(90));
        settings.Quiet.ShouldBeTrue();
        settings.Limit.ShouldBe(7);
        settings.Level.ShouldBe(Level.High);
    }

    [Theory]
    [InlineData("--verify=false", false)]
    [InlineData("--verify=true", true)]
    [InlineData("--verify", true)]
    public void A_switch_that_is_on_by_default_can_be_turned_off(string argument, bool expected)
    {
        Bind("--name=x", argument).Verify.ShouldBe(expected);
    }

    [Fact]
    public void A_list_may_be_repeated_and_separated_by_commas()
    {
        Bind("--name=x", "--modes=Node,RBAC", "--modes", "AlwaysDeny").Modes.ShouldBe(["Node", "RBAC", "AlwaysDeny"]);
    }

    [Fact]
    public void A_map_takes_pairs_whose_values_may_hold_equal_signs()
    {
        var labels = Bind("--name=x", "--labels=a=1,b=2=3", "--labels", "c=").Labels;

        labels.Count.ShouldBe(3);
        labels["b"].ShouldBe("2=3");
        labels["c"].ShouldBe("");
    }

    [Theory]
    [InlineData("--replicas=many", "--replicas: want a whole number, found \"many\"")]
    [InlineData("--wait=10", "--wait: want a duration such as 10s, 5m or 1h30m, found \"10\"")]
    [InlineData("--verify=perhaps", "--verify: want true or false, found \"perhaps\"")]
    [InlineData("--labels=a", "--labels: want key=value, found \"a\"")]
    [InlineData("--level=extreme", "--level: want one of Low, High, found \"extreme\"")]
    public void A_bad_value_is_told_with_its_flag_and_what_was_wanted(string argument, string message)
    {
        Errors("--name=x", argument).ShouldContain(message);
    }

    [Fact]
    public void A_required_property_must_be_given()
    {
        Errors().ShouldHaveSingleItem().ShouldContain("--name");
    }

    [Fact]
    public void An_unknown_flag_is_refused()
    {
        Errors("--name=x", "--nonsense=1").ShouldNotBeEmpty();
    }

    [Fact]
    public void A_property_may_have_another_name_or_no_flag()
    {
        var names = new Dictionary<string, string> { ["Name"] = "hostname-override", ["Replicas"] = "" };
        var (binder, command) = Make(names);

        binder.Bind(command.Parse(["--hostname-override=n1"])).Name.ShouldBe("n1");
        command.Parse(["--hostname-override=n1", "--replicas=2"]).Errors.ShouldNotBeEmpty();
        command.Options.ShouldNotContain(option => option.Name == "--replicas");
    }

    [Fact]
    public void Help_texts_come_from_the_caller()
    {
        var command = new Command("test");
        new FlagBinder<Settings>(null, property => "about " + property.Name).AddTo(command);

        command.Options.Single(option => option.Name == "--wait").Description.ShouldBe("about Wait");
    }

    private static Settings Bind(params string[] arguments)
    {
        var (binder, command) = Make();
        var result = command.Parse(arguments);
        result.Errors.ShouldBeEmpty();
        return binder.Bind(result);
    }

    private static IEnumerable<string> Errors(params string[] arguments) =>
        Make().Command.Parse(arguments).Errors.Select(error => error.Message);

    private static (FlagBinder<Settings> Binder, Command Command) Make(IReadOnlyDictionary<string, string>? names = null)
    {
        var command = new Command("test");
        var binder = new FlagBinder<Settings>(names);
        binder.AddTo(command);
        return (binder, command);
    }
}

/// <summary>One property of every type that flags know.</summary>
public sealed record Settings
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    public required string Name { get; init; }

    public int Replicas { get; init; } = 1;

    public long Bytes { get; init; }

    public int? Limit { get; init; }

    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);

    public bool Quiet { get; init; }

    public bool Verify { get; init; } = true;

    public Level Level { get; init; }

    public IReadOnlyList<string> Modes { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels;
}

public enum Level
{
    Low,
    High,
}
