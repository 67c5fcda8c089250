using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenControllers.Tests.Extensions;

/// <summary>Objects around extensions.</summary>
internal static class ExtensionSamples
{
    /// <summary>A registration that serves pairs written as <c>Kind/type</c>.</summary>
    public static ControllerRegistration Registration(string name, params string[] pairs) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new ControllerRegistrationSpec
        {
            Resources = [.. pairs.Select(pair => new ControllerResource { Kind = pair.Split('/')[0], Type = pair.Split('/')[1], Primary = true })],
        },
    };

    /// <summary>The same, not as the owner of what it serves.</summary>
    public static ControllerRegistration AsSecondary(this ControllerRegistration registration) => registration with
    {
        Spec = registration.Spec with { Resources = [.. registration.Spec.Resources!.Select(r => r with { Primary = false })] },
    };

    public static ControllerRegistration WithDeployment(
        this ControllerRegistration registration, string? policy = null, string? deployment = null, LabelSelector? seeds = null) =>
        registration with
        {
            Spec = registration.Spec with
            {
                Deployment = new ControllerRegistrationDeployment
                {
                    Policy = policy,
                    SeedSelector = seeds,
                    DeploymentRefs = deployment is null ? null : [new DeploymentRef { Name = deployment }],
                },
            },
        };

    /// <summary>Everything that a Seed and a Shoot of the samples need.</summary>
    public static ControllerRegistration ProviderLocal() => Registration(
        "provider-local", "ControlPlane/local", "Infrastructure/local", "Worker/local", "Network/calico", "OperatingSystemConfig/local");

    public static ControllerInstallation Installation(string name, string registration, string seed, string? required = null) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new ControllerInstallationSpec
        {
            RegistrationRef = new ObjectReference { Name = registration },
            SeedRef = new ObjectReference { Name = seed },
        },
        Status = required is null ? null : new ControllerInstallationStatus
        {
            Conditions =
            [
                new GardenerCondition
                {
                    Type = "Required",
                    Status = required,
                    Reason = "Test",
                    Message = "test",
                    LastTransitionTime = DateTimeOffset.UnixEpoch,
                    LastUpdateTime = DateTimeOffset.UnixEpoch,
                },
            ],
        },
    };

    public static LabelSelector Labelled(string key, string value) =>
        new() { MatchLabels = new Dictionary<string, string> { [key] = value } };

    public static T Deleting<T>(this T value) where T : KubernetesObject =>
        (T)(value with { Metadata = value.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } });
}
