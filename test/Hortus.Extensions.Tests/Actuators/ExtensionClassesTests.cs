using Hortus.Runtime;

namespace Hortus.Extensions.Tests.Actuators;

public sealed class ExtensionClassesTests
{
    public static TheoryData<string[]?, string> Values => new()
    {
        { null, "shoot" },
        { [], "shoot" },
        { ["", " "], "shoot" },
        { ["garden"], "garden" },
        { ["shoot", "seed", "shoot"], "seed,shoot" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Nothing_means_shoot(string[]? values, string classes) =>
        ExtensionClasses.Parse(values).ToString().ShouldBe(classes);

    [Fact]
    public void A_class_that_does_not_exist_is_named() =>
        Should.Throw<SettingException>(() => ExtensionClasses.Parse(["garden", "gardn"])).Message
            .ShouldBe("--extension-classes: there is no class \"gardn\": want one or more of garden, seed, shoot");

    [Fact]
    public void Instances_with_other_classes_have_other_names()
    {
        string[] names =
        [
            .. new[] { "shoot", "seed", "garden", "shoot,seed", "shoot,garden", "seed,garden", "shoot,seed,garden" }
                .Select(classes => ExtensionClasses.Parse(classes.Split(',')).NameOf("provider-x")),
        ];

        names.ShouldBeUnique();
        names[0].ShouldBe("provider-x");
        ExtensionClasses.Parse(["seed", "shoot"]).NameOf("x").ShouldBe(ExtensionClasses.Parse(["shoot", "seed"]).NameOf("x"));
    }
}
