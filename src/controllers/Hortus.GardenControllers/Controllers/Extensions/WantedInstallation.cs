using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenControllers;

/// <summary>
/// One registration on one seed, as its ControllerInstallation should say it. Pure. References carry the versions of what they name
/// and change only when something that matters to the installation has changed, so that reports of others wake no gardenlet.
/// </summary>
internal sealed class WantedInstallation
{
    // The namespace on the seed is "extension-" and the name, and takes 63 characters; the server adds five to the prefix.
    private const int PrefixLengthMax = 63 - 10 - 5;

    private readonly ControllerRegistration registration;
    private readonly Seed seed;
    private readonly ControllerDeployment? deployment;
    private readonly IReadOnlyList<ObjectReference> resources;

    /// <param name="registration">The registration.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="deployment">How it is deployed; null when somebody else does it.</param>
    /// <param name="resources">What the deployment refers to, with versions; those that do not exist have none.</param>
    public WantedInstallation(
        ControllerRegistration registration, Seed seed, ControllerDeployment? deployment, IReadOnlyList<ObjectReference> resources)
    {
        this.registration = registration;
        this.seed = seed;
        this.deployment = deployment;
        this.resources = resources;
        Labels = new Dictionary<string, string?>
        {
            [GardenerLabels.SeedSpecHash] = ContentHash.Of(KubernetesJson.ToNode(seed.Spec)),
            [GardenerLabels.RegistrationSpecHash] = ContentHash.Of(KubernetesJson.ToNode(registration.Spec)),
            [GardenerLabels.DeploymentHash] = deployment is null ? null : ContentHash.Of(Deployed(deployment)),
        };
        Annotations = new Dictionary<string, string?>
        {
            [GardenerAnnotations.PodSecurityEnforce] = registration.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce),
            [GardenerAnnotations.InstallationInputs] = ContentHash.Of(Inputs()),
        };
    }

    /// <summary>Labels to set, or to remove where the value is null.</summary>
    public IReadOnlyDictionary<string, string?> Labels { get; }

    /// <summary>Annotations to set, or to remove where the value is null.</summary>
    public IReadOnlyDictionary<string, string?> Annotations { get; }

    /// <summary>A new installation; the server completes its name.</summary>
    public ControllerInstallation Create() => new()
    {
        Metadata = new ObjectMeta
        {
            GenerateName = Prefix(registration.Metadata.Name!),
            Labels = Set(Labels),
            Annotations = Set(Annotations),
        },
        Spec = new ControllerInstallationSpec
        {
            RegistrationRef = RegistrationRef,
            SeedRef = SeedRef,
            DeploymentRef = DeploymentRef,
            ResourceRefs = resources.Count == 0 ? null : resources,
        },
    };

    /// <summary>The change (a merge patch) that makes an installation what is wanted; null when it is that already.</summary>
    public JsonObject? ChangeOf(ControllerInstallation current)
    {
        var spec = current.Spec;
        var fits = Labels.All(label => current.Metadata.Label(label.Key) == label.Value)
            && Annotations.All(annotation => current.Metadata.Annotation(annotation.Key) == annotation.Value)
            && spec.SeedRef?.Name == seed.Metadata.Name
            && spec.DeploymentRef?.Name == deployment?.Metadata.Name
            && (spec.ResourceRefs ?? []).SequenceEqual(resources);
        return fits ? null : new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = Change(Labels), ["annotations"] = Change(Annotations) },
            ["spec"] = new JsonObject
            {
                ["registrationRef"] = KubernetesJson.ToNode(RegistrationRef),
                ["seedRef"] = KubernetesJson.ToNode(SeedRef),
                ["deploymentRef"] = DeploymentRef is { } reference ? KubernetesJson.ToNode(reference) : null,
                ["resourceRefs"] = resources.Count == 0
                    ? null
                    : new JsonArray([.. resources.Select(resource => (JsonNode)KubernetesJson.ToNode(resource))]),
            },
        };
    }

    private static string Prefix(string registration) =>
        registration[..Math.Min(registration.Length, PrefixLengthMax - 1)].TrimEnd('-') + "-";

    private ObjectReference RegistrationRef => To(registration);

    private ObjectReference SeedRef => To(seed);

    private ObjectReference? DeploymentRef => deployment is null ? null : To(deployment);

    private static ObjectReference To(KubernetesObject value) =>
        new() { Name = value.Metadata.Name, ResourceVersion = value.Metadata.ResourceVersion };

    private static JsonObject Deployed(ControllerDeployment deployment) => new()
    {
        ["type"] = deployment.Metadata.Annotation(GardenerAnnotations.ControllerDeploymentType),
        ["providerConfig"] = deployment.Metadata.Annotation(GardenerAnnotations.ControllerDeploymentProviderConfig),
        ["helm"] = deployment.Helm is null ? null : KubernetesJson.ToNode(deployment.Helm),
    };

    // Everything that the gardenlet makes something of: the seed's labels and annotations become values of the chart.
    private JsonObject Inputs() => new()
    {
        ["seed"] = new JsonObject
        {
            ["uid"] = seed.Metadata.Uid,
            ["spec"] = KubernetesJson.ToNode(seed.Spec),
            ["labels"] = Map(seed.Metadata.Labels),
            ["annotations"] = Map(seed.Metadata.Annotations),
        },
        ["registration"] = new JsonObject
        {
            ["uid"] = registration.Metadata.Uid,
            ["spec"] = KubernetesJson.ToNode(registration.Spec),
            ["annotations"] = Map(registration.Metadata.Annotations),
        },
        ["deployment"] = deployment is null ? null : new JsonObject
        {
            ["uid"] = deployment.Metadata.Uid,
            ["deployed"] = Deployed(deployment),
            ["injectGardenKubeconfig"] = deployment.InjectGardenKubeconfig,
            ["resources"] = new JsonArray([.. (deployment.Resources ?? []).Select(r => (JsonNode)KubernetesJson.ToNode(r))]),
        },
    };

    private static JsonObject Map(IReadOnlyDictionary<string, string>? values) =>
        new((values ?? new Dictionary<string, string>()).Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    private static JsonObject Change(IReadOnlyDictionary<string, string?> values) =>
        new(values.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    private static Dictionary<string, string> Set(IReadOnlyDictionary<string, string?> values) =>
        values.Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value!);
}
