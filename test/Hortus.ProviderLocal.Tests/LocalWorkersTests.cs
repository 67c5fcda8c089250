using System.Text.Json;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.ProviderLocal.Actuators;
using Hortus.ProviderLocal.Tests.Admission;
using Hortus.ProviderLocal.Tests.World;
using PoolImage = Hortus.Objects.Gardener.Extensions.MachineImage;
using Worker = Hortus.Objects.Gardener.Extensions.Worker;

namespace Hortus.ProviderLocal.Tests;

public sealed class LocalWorkersTests
{
    private static readonly ImageVector Images = new();

    [Theory]
    [InlineData("local", "1.0.0", "example.com/machine:1.0.0")]
    [InlineData("local", "1.0.1", null)]
    [InlineData("other", "1.0.0", null)]
    public void Machines_have_the_image_that_the_profile_maps_or_that_of_all(string name, string version, string? mapped)
    {
        var image = ImageOf(AdmissionWorld.ProfileWith(AdmissionTests.Config("1.0.0")), name, version);

        image.ShouldBe(mapped ?? $"{Images.LocalMachine}:{version}");
        ImageOf(AdmissionWorld.ProfileWith(null), name, version).ShouldBe($"{Images.LocalMachine}:{version}");
        ImageOf(null, name, version).ShouldBe($"{Images.LocalMachine}:{version}");
    }

    [Fact]
    public void A_configuration_that_cannot_be_read_is_a_problem_of_configuration()
    {
        var failure = Should.Throw<ExtensionException>(
            () => ImageOf(AdmissionWorld.ProfileWith("{ machineImages: many }"), "local", "1.0.0"));

        failure.Codes.ShouldBe([ErrorCode.ConfigurationProblem]);
        failure.Message.ShouldContain("spec.providerConfig of CloudProfile local");
    }

    private static string ImageOf(CloudProfile? profile, string name, string version)
    {
        var worker = new Worker { Metadata = new ObjectMeta { Namespace = SeedWorld.Namespace, Name = "test" } };
        var pool = new WorkerPool { MachineImage = new PoolImage { Name = name, Version = version } };
        var spec = new LocalWorkers(Images).ProviderSpec(
            new ActuatorRequest<Worker>(worker, new ExtensionCluster(null, null, profile)), pool, null);
        return (string)spec["image"]!;
    }
}
