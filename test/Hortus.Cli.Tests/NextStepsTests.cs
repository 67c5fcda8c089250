using Hortus.Local;

namespace Hortus.Cli.Tests;

public sealed class NextStepsTests
{
    [Fact]
    public async Task Commands_name_the_state_folder_when_it_is_not_the_default_one()
    {
        (await PrintAsync("/srv/garden")).ShouldContain("hortus status --state-dir /srv/garden");
    }

    [Fact]
    public async Task Commands_stay_short_for_the_default_state_folder()
    {
        var text = await PrintAsync(Path.GetFullPath(StateDirectory.DefaultPath(Environment.GetEnvironmentVariable)));

        text.ShouldNotContain("--state-dir");
    }

    [Fact]
    public async Task The_path_of_the_garden_s_kubeconfig_and_the_shoot_are_ready_to_be_typed()
    {
        var text = await PrintAsync("/srv/garden");

        text.ShouldContain("export KUBECONFIG=/srv/garden/kubeconfigs/garden.yaml");
        text.ShouldContain("kubectl apply -f examples/90-shoot.yaml");
        text.ShouldContain("--for=jsonpath='{.status.lastOperation.state}'=Succeeded");
    }

    private static async Task<string> PrintAsync(string folder)
    {
        using var output = new StringWriter();
        await new NextSteps(output).PrintAsync(new StateDirectory(folder));
        return output.ToString();
    }
}
