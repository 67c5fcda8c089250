using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a Project.</summary>
internal static class ProjectValidator
{
    private const int NameLengthMax = 10;
    private const string ExtensionRole = "extension:";

    private static readonly string[] Roles = ["admin", "viewer", "uam", "serviceaccountmanager", "owner"];

    public static void Check(Project project, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var name = project.Metadata.Name ?? "";
        Names.Label(name, FieldPath.Root["metadata"]["name"], errors);
        if (name.Length > NameLengthMax)
        {
            errors.TooLong(FieldPath.Root["metadata"]["name"], NameLengthMax);
        }

        if (name.Contains("--", StringComparison.Ordinal))
        {
            errors.Invalid(FieldPath.Root["metadata"]["name"], name, "name may not contain two consecutive hyphens");
        }

        Namespace(project, path["namespace"], errors);
        Subject(project.Spec.Owner, path["owner"], errors);
        Subject(project.Spec.CreatedBy, path["createdBy"], errors);
        Members(project.Spec.Members, path["members"], errors);
        for (var i = 0; i < (project.Spec.DualApprovalForDeletion?.Count ?? 0); i++)
        {
            Names.OneOf(project.Spec.DualApprovalForDeletion![i].Resource,
                path["dualApprovalForDeletion"][i]["resource"], errors, "shoots");
        }
    }

    public static void CheckChange(Project project, Project old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Unchanged(project.Spec.Namespace, old.Spec.Namespace, path["namespace"], errors, oncePresent: true);
        if (old.Spec.CreatedBy is not null && !TypedObjects.Same(project.Spec.CreatedBy, old.Spec.CreatedBy))
        {
            errors.Invalid(path["createdBy"], project.Spec.CreatedBy?.Name, "field is immutable");
        }

        if (old.Spec.Owner is not null && project.Spec.Owner is null)
        {
            errors.Forbidden(path["owner"], "the field cannot be unset");
        }
    }

    private static void Namespace(Project project, FieldPath path, FieldErrors errors)
    {
        if (project.Spec.Namespace is not { } ns)
        {
            return;
        }

        Names.Label(ns, path, errors);
        if (ns == "gardener-system-public" || ns.StartsWith("kube-", StringComparison.Ordinal))
        {
            errors.Invalid(path, ns, "this namespace belongs to the system");
        }
        else if (ns != "garden" && !ns.StartsWith("garden-", StringComparison.Ordinal))
        {
            errors.Invalid(path, ns, "must start with garden-");
        }
    }

    private static void Subject(Subject? subject, FieldPath path, FieldErrors errors)
    {
        if (subject is null)
        {
            return;
        }

        Names.Present(subject.Name, path["name"], errors);
        Names.OneOf(subject.Kind, path["kind"], errors, "User", "Group", "ServiceAccount");
        if (subject.Kind == "ServiceAccount")
        {
            Names.Present(subject.Namespace, path["namespace"], errors);
        }
    }

    private static void Members(IReadOnlyList<ProjectMember>? members, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<(string, string?, string)>();
        for (var i = 0; i < (members?.Count ?? 0); i++)
        {
            var member = members![i];
            Names.Present(member.Name, path[i]["name"], errors);
            Names.OneOf(member.Kind, path[i]["kind"], errors, "User", "Group", "ServiceAccount");
            Role(member.Role, path[i]["role"], errors);
            for (var r = 0; r < (member.Roles?.Count ?? 0); r++)
            {
                Role(member.Roles![r], path[i]["roles"][r], errors);
                if (member.Roles[r] == member.Role || member.Roles.Take(r).Contains(member.Roles[r]))
                {
                    errors.Duplicate(path[i]["roles"][r], member.Roles[r]);
                }
            }

            if (!seen.Add((member.Kind, member.Namespace, member.Name)))
            {
                errors.Duplicate(path[i], member.Name);
            }
        }
    }

    private static void Role(string role, FieldPath path, FieldErrors errors)
    {
        if (role.StartsWith(ExtensionRole, StringComparison.Ordinal))
        {
            if (role.Length > ExtensionRole.Length + 20)
            {
                errors.TooLong(path, ExtensionRole.Length + 20);
            }
        }
        else if (!Roles.Contains(role))
        {
            errors.NotSupported(path, role, [.. Roles, "extension:*"]);
        }
    }
}
