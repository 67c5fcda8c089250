using System.Security.Cryptography;
using System.Text;

namespace Hortus.Objects.Gardener.Resources;

/// <summary>Labels and annotations that a resource manager reads and writes.</summary>
public static class ResourceNames
{
    /// <summary>Annotation of a ManagedResource: nothing is done. Of an object in it: created once, never updated.</summary>
    public const string Ignore = "resources.gardener.cloud/ignore";

    /// <summary>Annotation of an object in a manifest; the value <see cref="ModeIgnore"/> lets go of it.</summary>
    public const string Mode = "resources.gardener.cloud/mode";

    /// <summary>Value of <see cref="Mode"/>.</summary>
    public const string ModeIgnore = "Ignore";

    /// <summary>Annotation of a live object: not looked at for health and progress.</summary>
    public const string SkipHealthCheck = "resources.gardener.cloud/skip-health-check";

    /// <summary>Annotation of a live object: never deleted.</summary>
    public const string KeepObject = "resources.gardener.cloud/keep-object";

    /// <summary>Annotation of an object: made anew when an update is refused as invalid.</summary>
    public const string DeleteOnInvalidUpdate = "resources.gardener.cloud/delete-on-invalid-update";

    /// <summary>Annotation of an object: Foreground, Background or Orphan for the deletion that precedes making it anew.</summary>
    public const string PropagationOnInvalidUpdate = "resources.gardener.cloud/deletion-propagation-on-invalid-update";

    /// <summary>Annotation of a live object: how long after its deletion its finalizers are taken off, for example 1h30m.</summary>
    public const string FinalizeDeletionAfter = "resources.gardener.cloud/finalize-deletion-after";

    /// <summary>Annotation of a workload in a manifest: the live number of replicas stays.</summary>
    public const string PreserveReplicas = "resources.gardener.cloud/preserve-replicas";

    /// <summary>Annotation of a workload in a manifest: the live requests and limits of cpu and memory stay.</summary>
    public const string PreserveResources = "resources.gardener.cloud/preserve-resources";

    /// <summary>Annotation written on every object: the ManagedResource it belongs to.</summary>
    public const string Origin = GardenerLabels.Origin;

    /// <summary>Annotation written on every object: a note that edits are undone.</summary>
    public const string Description = "resources.gardener.cloud/description";

    /// <summary>Label written on every object and on the pod templates in it.</summary>
    public const string ManagedBy = GardenerLabels.ManagedBy;

    /// <summary>Label of Secrets and ConfigMaps that are deleted when nothing refers to them.</summary>
    public const string GarbageCollectable = "resources.gardener.cloud/garbage-collectable-reference";

    /// <summary>Annotation of a Secret with manifests: SHA-256 of the uncompressed manifests in hexadecimal.</summary>
    public const string ContentDigest = "resources.hortus.dev/content-sha256";

    /// <summary>Annotation of a ManagedResource: digest of the chart that its objects were rendered from.</summary>
    public const string ChartDigest = "hortus.dev/chart-digest";

    /// <summary>Prefix of the annotations that mark what an object refers to.</summary>
    public const string ReferencePrefix = "reference.resources.gardener.cloud/";

    /// <summary>Name of the class of a resource manager that is not given one.</summary>
    public const string DefaultClass = "resources";

    /// <summary>Class of a resource manager that takes ManagedResources of every class.</summary>
    public const string AllClasses = "*";

    /// <summary>The annotation that marks a reference to a Secret.</summary>
    public static string SecretReference(string name) => Reference("secret", name);

    /// <summary>The annotation that marks a reference to a ConfigMap.</summary>
    public static string ConfigMapReference(string name) => Reference("configmap", name);

    /// <summary>The finalizer of a resource manager of a class.</summary>
    public static string Finalizer(string? ofClass) => ofClass is null or "" or DefaultClass or AllClasses
        ? GardenerFinalizers.ManagedResource
        : $"{GardenerFinalizers.ManagedResource}-{ofClass}";

    /// <summary>Whether an annotation's value means yes, as Go's ParseBool has it.</summary>
    public static bool IsTrue(string? value) => value is "1" or "t" or "T" or "true" or "TRUE" or "True";

    private static string Reference(string kind, string name) =>
        $"{ReferencePrefix}{kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
}

/// <summary>Conditions of a ManagedResource and their reasons.</summary>
public static class ManagedResourceConditions
{
    public const string Applied = "ResourcesApplied";
    public const string Healthy = "ResourcesHealthy";
    public const string Progressing = "ResourcesProgressing";

    /// <summary>A condition's status beside True, False and Unknown.</summary>
    public const string StatusProgressing = "Progressing";

    public const string ApplySucceeded = "ApplySucceeded";
    public const string ApplyProgressing = "ApplyProgressing";
    public const string ApplyFailed = "ApplyFailed";
    public const string DecodingFailed = "DecodingFailed";
    public const string DeletionFailed = "DeletionFailed";
    public const string DeletionPending = "DeletionPending";
    public const string ReleaseFailed = "ReleaseOfOrphanedResourcesFailed";
    public const string CannotReadSecret = "CannotReadSecret";
    public const string Ignored = "ManagedResourceIgnored";
    public const string ResourcesHealthy = "ResourcesHealthy";
    public const string HealthCheckError = "HealthCheckError";
    public const string ChecksPending = "ChecksPending";
    public const string RolledOut = "ResourcesRolledOut";
}
