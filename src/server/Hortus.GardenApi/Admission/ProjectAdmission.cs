using Hortus.ApiServer.Admission;
using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Admission;

/// <summary>Sets who created and who owns a Project, guards its members, and keeps it while it has Shoots.</summary>
internal sealed class ProjectAdmission(GardenReader garden) : GardenAdmissionPlugin<Project>
{
    private const string OwnerRole = "owner";

    private static readonly ResourceKind Kind = ResourceKind.Of<Project>();

    public override string Name => "ProjectValidator";

    protected override ValueTask<Project> MutateAsync(
        Project value, Project? old, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Subresource.Length > 0 || value.Metadata.DeletionTimestamp is not null)
        {
            return ValueTask.FromResult(value);
        }

        var spec = value.Spec;
        if (old is null)
        {
            var creator = SubjectOf(attributes.User.Name);
            spec = spec with { CreatedBy = creator, Owner = spec.Owner ?? creator };
        }

        return ValueTask.FromResult(value with { Spec = spec with { Members = WithOwner(spec) } });
    }

    protected override async ValueTask CheckAsync(
        Project value, Project? old, AdmissionAttributes attributes, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (attributes.Subresource.Length > 0)
        {
            return;
        }

        if (value.Spec.Namespace is { } ns && ns != old?.Spec.Namespace
            && await garden.ProjectOfAsync(ns, cancellationToken) is { } other
                && other.Metadata.Name != value.Metadata.Name)
        {
            errors.Invalid(
                FieldPath.Root["spec"]["namespace"], ns,
                $"the namespace is already used by project \"{other.Metadata.Name}\"");
        }

        if (old is not null && !SameMembers(value, old)
            && !await garden.MayAsync(attributes.User, "manage-members", Kind, attributes.Key, "", cancellationToken))
        {
            throw Forbidden(attributes,
                $"user \"{attributes.User.Name}\" may not change human members: this needs the role uam (verb "
                    + "manage-members)");
        }
    }

    protected override async ValueTask CheckDeleteAsync(
        Project deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (deleted.Spec.Namespace is not { } ns)
        {
            return;
        }

        var shoots = await garden.Objects.ListAsync<Shoot>(ns, cancellationToken);
        if (shoots.Count > 0)
        {
            throw Forbidden(attributes,
                $"the project still has {shoots.Count} Shoot(s) "
                    + $"({string.Join(", ", shoots.Take(5).Select(s => s.Metadata.Name))}): delete them first");
        }
    }

    private static Subject SubjectOf(string user)
    {
        var parts = user.Split(':');
        return parts is ["system", "serviceaccount", var ns, var name]
            ? new Subject { Kind = "ServiceAccount", Name = name, Namespace = ns }
            : new Subject { ApiGroup = GardenDefaults.GroupOf("User"), Kind = "User", Name = user };
    }

    // The owner is a member with the roles admin and owner; who was owner before only keeps the other roles.
    private static IReadOnlyList<ProjectMember>? WithOwner(ProjectSpec spec)
    {
        if (spec.Owner is not { } owner)
        {
            return spec.Members;
        }

        var members = (spec.Members ?? [])
            .Select(m => IsOwner(m, owner) ? m : Without(m))
            .ToList();
        var at = members.FindIndex(m => IsOwner(m, owner));
        if (at < 0)
        {
            members.Add(new ProjectMember
            {
                ApiGroup = owner.ApiGroup,
                Kind = owner.Kind,
                Name = owner.Name,
                Namespace = owner.Namespace,
                Role = "admin",
                Roles = [OwnerRole],
            });
        }
        else if (members[at].Role != OwnerRole && members[at].Roles?.Contains(OwnerRole) != true)
        {
            members[at] = members[at] with { Roles = [.. members[at].Roles ?? [], OwnerRole] };
        }

        return members;
    }

    private static bool IsOwner(ProjectMember member, Subject owner) =>
        member.Kind == owner.Kind && member.Name == owner.Name && (member.Namespace ?? "") == (owner.Namespace ?? "");

    private static ProjectMember Without(ProjectMember member) => member.Roles?.Contains(OwnerRole) == true
        ? member with { Roles = [.. member.Roles.Where(r => r != OwnerRole)] }
        : member;

    private static bool SameMembers(Project value, Project old)
    {
        var now = Humans(value);
        var before = Humans(old);
        return now.Count == before.Count && now.Zip(before).All(p => TypedObjects.Same(p.First, p.Second));
    }

    private static List<ProjectMember> Humans(Project project) =>
        [.. (project.Spec.Members ?? []).Where(m => m.Kind != "ServiceAccount")];
}
