using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Subresources;
using Hortus.GardenApi.Admission;
using Hortus.GardenApi.ControllerDeployments;
using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Kubeconfig;
using Hortus.GardenApi.Validation;
using Hortus.GardenApi.WorkloadIdentities;
using Hortus.Objects;
using Hortus.Objects.Gardener.Authentication;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Oci;

namespace Hortus.GardenApi.Registry;

/// <summary>The resources of the garden's API: kind, rules, columns, selectable fields, subresources.</summary>
internal static class GardenResources
{
    public static IEnumerable<ResourceDefinition> All(
        GardenApiOptions options, GardenReader garden, IObjectAccess objects, TimeProvider time) =>
    [
        .. Administration(),
        .. Controllers(),
        .. Credentials(),
        Identity(options, garden, time),
        .. Backups(),
        Shoot(options, garden, time),
        Of(new TypedStrategy<ShootState>()),
        Gardenlet(),
        Of(new TypedStrategy<ManagedSeed>
        {
            Default = GardenletDefaults.Apply,
            Check = ManagedSeedValidator.Check,
            CheckChange = ManagedSeedValidator.CheckChange,
            CountsAsNewGeneration = ManagedSeedValidator.Operations.StartReconciliation,
            Settle = GardenletOperations<ManagedSeed>.Consume,
        }, "spec.shoot.name"),
        Of(new TypedStrategy<ManagedSeedSet>
        {
            Default = ManagedSeedSetDefaults.Apply,
            Check = SeedManagementValidator.Check,
            CheckChange = SeedManagementValidator.CheckChange,
        }) with
        { Subresources = new Dictionary<string, SubresourceDefinition> { ["scale"] = ScaleSubresource.Create(objects, time) } },
        Of(new BastionStrategy(time), "spec.seedName", "spec.shootRef.name"),
    ];

    private static ResourceDefinition[] Administration() =>
    [
        Of(new TypedStrategy<Project>
        {
            Default = GardenDefaults.Apply, Check = ProjectValidator.Check, CheckChange = ProjectValidator.CheckChange,
        }, "spec.namespace"),
        Of(new TypedStrategy<CloudProfile>
        {
            Default = GardenDefaults.Apply, Check = CloudProfileValidator.Check,
                CheckChange = CloudProfileValidator.CheckChange,
        }),
        Of(new TypedStrategy<NamespacedCloudProfile>
        {
            Default = GardenDefaults.Apply, Check = CloudProfileValidator.Check,
                CheckChange = CloudProfileValidator.CheckChange,
        }, "spec.parent.name"),
        Of(new TypedStrategy<Seed>
        {
            Default = GardenDefaults.Apply, Check = SeedValidator.Check, CheckChange = SeedValidator.CheckChange,
        }) with
        { Columns = SeedColumns() },
        Of(new TypedStrategy<ExposureClass> { Check = CredentialsValidator.Check,
        CheckChange = CredentialsValidator.CheckChange }),
        Of(new TypedStrategy<Quota> { Check = CredentialsValidator.Check,
        CheckChange = CredentialsValidator.CheckChange }),
    ];

    private static ResourceDefinition[] Controllers() =>
    [
        Of(new TypedStrategy<ControllerRegistration>
        {
            Default = GardenDefaults.Apply, Check = ControllerValidator.Check,
                CheckChange = ControllerValidator.CheckChange,
        }),
        Of(new DeploymentStrategy()),
        Of<Objects.Gardener.Core.V1Beta1.ControllerDeployment>(new OlderDeploymentStrategy())
            .ConvertedFrom(DeploymentConverter.Stored, new DeploymentConverter()),
        Of(new TypedStrategy<ControllerInstallation> { Check = ControllerValidator.Check,
        CheckChange = ControllerValidator.CheckChange },
            "spec.registrationRef.name", "spec.seedRef.name", "spec.shootRef.name", "spec.shootRef.namespace"),
    ];

    private static ResourceDefinition[] Credentials() =>
    [
        Of(new TypedStrategy<SecretBinding>
        {
            Default = b =>
                b with { SecretRef = b.SecretRef with { Namespace = b.SecretRef.Namespace ?? b.Metadata.Namespace } },
            Check = CredentialsValidator.Check,
            CheckChange = CredentialsValidator.CheckChange,
        }),
        Of(new TypedStrategy<CredentialsBinding>
        {
            Default = b => b with
            {
                CredentialsRef =
                    b.CredentialsRef with { Namespace = b.CredentialsRef.Namespace ?? b.Metadata.Namespace },
            },
            Check = CredentialsValidator.Check,
            CheckChange = CredentialsValidator.CheckChange,
        }),
        Of(new TypedStrategy<InternalSecret> { Default = GardenDefaults.Apply,
        CheckChange = CredentialsValidator.CheckChange }, "type"),
    ];

    private static ResourceDefinition Identity(GardenApiOptions options, GardenReader garden, TimeProvider time) =>
        Of(new WorkloadIdentityStrategy(options.WorkloadIdentityTokenIssuer)) with
        {
            Subresources = new Dictionary<string, SubresourceDefinition>
            {
                ["token"] = new()
                {
                    Name = "token",
                    Verbs = ["create"],
                    Kind = ResourceKind.Of<TokenRequest>(),
                    Schema = static () => SchemaBuilder.For(typeof(TokenRequest)),
                    Handler = new TokenHandler(WorkloadIdentityTokens.Create(options, time), garden),
                },
            },
        };

    private static ResourceDefinition[] Backups() =>
    [
        Of(new TypedStrategy<BackupBucket> { Check = BackupValidator.Check, CheckChange = BackupValidator.CheckChange },
            "spec.seedName", "spec.shootRef.name", "spec.shootRef.namespace"),
        Of(new TypedStrategy<BackupEntry> { Check = BackupValidator.Check, CheckChange = BackupValidator.CheckChange },
            "spec.seedName", "spec.bucketName", "spec.shootRef.name", "spec.shootRef.namespace"),
    ];

    private static ResourceDefinition Gardenlet() => Of(new TypedStrategy<Gardenlet>
    {
        Default = GardenletDefaults.Apply,
        Check = GardenletValidator.Check,
        CheckChange = GardenletValidator.CheckChange,
        CountsAsNewGeneration = GardenletValidator.Operations.StartReconciliation,
        Settle = GardenletOperations<Gardenlet>.Consume,
    }) with
    { Columns = GardenletColumns() };

    private static ResourceDefinition Shoot(GardenApiOptions options, GardenReader garden, TimeProvider time)
    {
        var definition = Of(new TypedStrategy<Shoot>
        {
            Default = ShootDefaults.Apply,
            Check = ShootValidator.Check,
            CheckChange = ShootChangeValidator.Check,
            CountsAsNewGeneration = ShootOperations.StartReconciliation,
            Settle = ShootOperations.Consume,
        }, "spec.seedName", "status.seedName", "spec.cloudProfileName");
        return definition with
        {
            Columns = ShootColumns(),
            SelectableFields =
            [
                .. definition.SelectableFields,
                .. new[] { "name", "kind" }.SelectMany(ProfileFields),
            ],
            Subresources = new Dictionary<string, SubresourceDefinition>
            {
                ["binding"] = new() { Name = "binding", Verbs = ["get", "patch", "update"], Merge = MergeSeedName },
                ["adminkubeconfig"] = Kubeconfigs(
                    KubeconfigAccess.Admin, ResourceKind.Of<AdminKubeconfigRequest>(), typeof(AdminKubeconfigRequest),
                    options.ShootAdminKubeconfigMaxExpiration, garden, time),
                ["viewerkubeconfig"] = Kubeconfigs(
                    KubeconfigAccess.Viewer, ResourceKind.Of<ViewerKubeconfigRequest>(),
                    typeof(ViewerKubeconfigRequest),
                    options.ShootViewerKubeconfigMaxExpiration, garden, time),
            },
        };
    }

    // Upstream writes the last part with a capital letter, unlike the field itself; both are understood.
    private static IEnumerable<SelectableField> ProfileFields(string field)
    {
        var path = "spec.cloudProfile." + field;
        string Value(JsonObject shoot) => JsonPaths.Text(shoot, path);
        return
        [
            new SelectableField(path, Value),
            new SelectableField($"spec.cloudProfile.{char.ToUpperInvariant(field[0])}{field[1..]}", Value),
        ];
    }

    private static SubresourceDefinition Kubeconfigs(
        KubeconfigAccess access, ResourceKind kind, Type type, TimeSpan expirationMax, GardenReader garden,
        TimeProvider time) => new()
        {
            Name = access == KubeconfigAccess.Admin ? "adminkubeconfig" : "viewerkubeconfig",
            Verbs = ["create"],
            Kind = kind,
            Schema = () => SchemaBuilder.For(type),
            Handler = new ShootKubeconfigHandler(access, kind, expirationMax, garden, time),
        };

    private static JsonObject MergeSeedName(JsonObject current, JsonObject submitted)
    {
        var merged = (JsonObject)current.DeepClone();
        var spec = merged.Ensure("spec");
        spec.Remove("seedName");
        if (JsonPaths.Find(submitted, "spec.seedName") is { } name)
        {
            spec["seedName"] = name.DeepClone();
        }

        return merged;
    }

    private static ResourceDefinition Of<T>(TypedStrategy<T> strategy, params string[] selectable) where T : KubernetesObject =>
        Of<T>((IResourceStrategy)strategy, selectable);

    private static ResourceDefinition Of<T>(IResourceStrategy strategy, params string[] selectable) where T : KubernetesObject
    {
        var kind = ResourceKind.Of<T>();
        return new ResourceDefinition
        {
            Kind = kind,
            Schema = static () => SchemaBuilder.For(typeof(T)),
            Strategy = strategy,
            Columns = ColumnPath.ColumnsOf(typeof(T)),
            SelectableFields = [.. selectable.Select(SelectableField.OfPath)],
            StoragePrefix = $"/{kind.Group}/{kind.Plural}/",
        };
    }

    // "Reconcile Processing (43%)" says more in one column than three would.
    private static IReadOnlyList<TableColumn> ShootColumns() =>
    [
        .. ColumnPath.ColumnsOf(typeof(Shoot)).Where(c => c.Name != "Progress").Select(c => c.Name == "Last Operation"
            ? c with { Value = o => JsonPaths.Find(o, "status.lastOperation") is JsonObject last
                ? $"{last["type"]} {last["state"]} ({last["progress"]}%)"
                : "<pending>" }
            : c),
    ];

    private static IReadOnlyList<TableColumn> GardenletColumns() =>
    [
        .. ColumnPath.ColumnsOf(typeof(Gardenlet)).Select(c => c.Name switch
        {
            "OCI Repository" => c with
            {
                Value = o => TypedObjects.TryRead<Gardenlet>(o) is { } gardenlet
                    ? OciRepositoryRules.FullReference(gardenlet.Spec.Deployment.Helm.OciRepository)
                    : null,
            },
            "Reconciled" => c with { Value = o => c.Value(o) ?? "<unknown>" },
            _ => c,
        }),
    ];

    private static IReadOnlyList<TableColumn> SeedColumns() =>
    [
        .. ColumnPath.ColumnsOf(typeof(Seed)).Select(c => c.Name == "Status"
            ? c with { Value = o => c.Value(o)?.ToString() == "True" ? "Ready" : "NotReady" }
            : c),
    ];
}
