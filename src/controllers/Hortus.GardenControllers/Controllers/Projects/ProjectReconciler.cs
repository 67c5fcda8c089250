using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Gives each Project its namespace and its members their rights; takes both away again when no Shoot is left.</summary>
public sealed class ProjectReconciler(IControllerManager manager) : IReconciler
{
    private const string FieldManager = "gardener-controller-manager";
    private const int GeneratedLength = 5;

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<Project>().Find(key) is not { } project)
        {
            return ReconcileResult.Done;
        }

        if (project.Metadata.IsDeleting())
        {
            await DeleteAsync(project, cancellationToken);
            return ReconcileResult.Done;
        }

        project = await manager.Client.AddFinalizerAsync(project, GardenerFinalizers.Gardener, cancellationToken);
        var name = project.Spec.Namespace ?? NamespaceFor(project);
        if (await ClaimNamespaceAsync(project, name, cancellationToken) is { } refusal)
        {
            manager.Events.Warning(project, "NamespaceReconcileFailed", refusal);
            await SetPhaseAsync(project, "Failed", cancellationToken);
            throw new TerminalReconcileException(refusal);
        }

        if (project.Spec.Namespace is null)
        {
            project = await manager.Client.PatchAsync<Project>(
                key, Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["namespace"] = name } }), cancellationToken);
        }

        foreach (var value in ProjectRoles.Shared.Concat(ProjectRoles.Of(project, name)))
        {
            var kind = ResourceKind.Find(value.GetType())!;
            await manager.Client.Dynamic.ApplyAsync(kind, KubernetesJson.ToNode(value), FieldManager, cancellationToken);
        }

        await SetPhaseAsync(project, "Ready", cancellationToken);
        return ReconcileResult.Done;
    }

    /// <summary>Name of the namespace of a Project that names none; the same at each try.</summary>
    public static string NamespaceFor(Project project)
    {
        ArgumentNullException.ThrowIfNull(project);
        var uid = (project.Metadata.Uid ?? "").Replace("-", "", StringComparison.Ordinal);
        return $"garden-{project.Metadata.Name}-{uid[..Math.Min(GeneratedLength, uid.Length)]}";
    }

    private async Task<string?> ClaimNamespaceAsync(Project project, string name, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Cluster(name);
        if (await manager.Client.FindAsync<Namespace>(key, cancellationToken) is not { } found)
        {
            await manager.Client.CreateAsync(NewNamespace(project, name), cancellationToken);
            return null;
        }

        return IsOf(found, project)
            ? null
            : $"namespace {name} cannot be used by Project {project.Metadata.Name}: label it with " +
                $"{GardenerLabels.Role}={GardenerRoles.Project} and {GardenerLabels.ProjectName}={project.Metadata.Name}";
    }

    private static Namespace NewNamespace(Project project, string name) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Labels = new Dictionary<string, string>
            {
                [GardenerLabels.Role] = GardenerRoles.Project,
                [GardenerLabels.ProjectName] = project.Metadata.Name!,
            },
            Annotations = new Dictionary<string, string> { [GardenerAnnotations.NamespaceCreatedByProjectController] = "true" },
        },
    };

    private async Task DeleteAsync(Project project, CancellationToken cancellationToken)
    {
        if (!project.Metadata.HasFinalizer(GardenerFinalizers.Gardener))
        {
            return;
        }

        await SetPhaseAsync(project, "Terminating", cancellationToken);
        if (project.Spec.Namespace is { } name)
        {
            var shoots = manager.CacheOf<Shoot>().List(name);
            if (shoots.Count > 0)
            {
                manager.Events.Warning(project, "NamespaceNotEmpty", $"cannot delete Project: namespace {name} has {shoots.Count} Shoots");
                return;
            }

            var space = await manager.Client.FindAsync<Namespace>(ObjectKey.Cluster(name), cancellationToken);
            var own = space is not null && IsOf(space, project);
            foreach (var value in ProjectRoles.Of(project, name).Where(value => own || value.Metadata.Namespace is null))
            {
                await manager.Client.Dynamic.DeleteAsync(ResourceKind.Find(value.GetType())!, value.Key, null, cancellationToken);
            }

            if (own && !await ReleaseNamespaceAsync(space!, cancellationToken))
            {
                // The last change of the namespace, its end, brings the Project back here.
                return;
            }
        }

        await manager.Client.RemoveFinalizerAsync(project, GardenerFinalizers.Gardener, cancellationToken);
    }

    // False as long as the namespace is still there and must go first.
    private async Task<bool> ReleaseNamespaceAsync(Namespace space, CancellationToken cancellationToken)
    {
        if (space.Metadata.Name == GardenerNames.GardenNamespace)
        {
            return true;
        }

        if (space.Metadata.Annotation(GardenerAnnotations.NamespaceKeepAfterProjectDeletion) != "true")
        {
            await manager.Client.DeleteAsync<Namespace>(space.Key, null, cancellationToken);
            return await manager.Client.FindAsync<Namespace>(space.Key, cancellationToken) is null;
        }

        var labels = new JsonObject { [GardenerLabels.Role] = null, [GardenerLabels.ProjectName] = null };
        await manager.Client.PatchAsync<Namespace>(
            space.Key, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }), cancellationToken);
        return true;
    }

    // The garden namespace belongs to the project "garden" by definition.
    private static bool IsOf(Namespace space, Project project) =>
        (space.Metadata.Label(GardenerLabels.Role) == GardenerRoles.Project
            && space.Metadata.Label(GardenerLabels.ProjectName) == project.Metadata.Name)
        || (space.Metadata.Name == GardenerNames.GardenNamespace && project.Metadata.Name == GardenerNames.GardenNamespace);

    private async Task SetPhaseAsync(Project project, string phase, CancellationToken cancellationToken)
    {
        if (project.Status?.Phase == phase && project.Status.ObservedGeneration == project.Metadata.Generation)
        {
            return;
        }

        var status = new JsonObject { ["phase"] = phase, ["observedGeneration"] = project.Metadata.Generation };
        await manager.Client.PatchAsync<Project>(
            project.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
    }
}
