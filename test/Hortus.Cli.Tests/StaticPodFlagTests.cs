using System.CommandLine;
using Hortus.ApiServer;
using Hortus.Cli.Flags;
using Hortus.Components;
using Hortus.KubeControllers;
using Hortus.Local;
using Hortus.Local.Bootstrap;

namespace Hortus.Cli.Tests;

/// <summary>The runtime cluster's pods are started with flags that their components know.</summary>
public sealed class StaticPodFlagTests
{
    [Fact]
    public void The_API_server_understands_its_arguments() => Faults<ApiServerOptions>("kube-apiserver.json").ShouldBeEmpty();

    [Fact]
    public void The_controller_manager_understands_its_arguments() =>
        Faults<KubeControllerManagerOptions>("kube-controller-manager.json").ShouldBeEmpty();

    private static IEnumerable<string> Faults<T>(string manifest) where T : class
    {
        var pod = StaticPods.Render(new StateDirectory("/srv/garden").Runtime, new ImageVector(), "1.35.4")[manifest];
        var command = new Command("component");
        new FlagBinder<T>().AddTo(command);
        return command.Parse([.. pod.Spec.Containers[0].Args!]).Errors.Select(error => error.Message);
    }
}
