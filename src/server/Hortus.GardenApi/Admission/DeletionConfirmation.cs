using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authentication;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Admission;

/// <summary>Lets a guarded object only be deleted after its owner has confirmed it, and keeps who confirmed.</summary>
internal class DeletionConfirmation<T>(GardenReader garden) : GardenAdmissionPlugin<T> where T : KubernetesObject
{
    public override string Name => "DeletionConfirmation";

    /// <summary>What admission asks about other objects.</summary>
    protected GardenReader Garden => garden;

    protected override ValueTask<T> MutateAsync(
        T value, T? old, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Subresource.Length > 0)
        {
            return ValueTask.FromResult(value);
        }

        var annotations = value.Metadata.Annotations;
        var confirmed = IsConfirmed(value)
            ? IsConfirmed(old) ? By(old) ?? attributes.User.Name : attributes.User.Name : null;
        if (annotations?.GetValueOrDefault(GardenerAnnotations.DeletionConfirmedBy) == confirmed)
        {
            return ValueTask.FromResult(value);
        }

        var changed = new Dictionary<string, string>(
            annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        changed.Remove(GardenerAnnotations.DeletionConfirmedBy);
        if (confirmed is not null)
        {
            changed[GardenerAnnotations.DeletionConfirmedBy] = confirmed;
        }

        return ValueTask.FromResult((T)(value with { Metadata = value.Metadata with { Annotations = changed } }));
    }

    protected override async ValueTask CheckDeleteAsync(
        T deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (!IsConfirmed(deleted))
        {
            throw Forbidden(attributes,
                $"must have a \"{GardenerAnnotations.ConfirmationDeletion}\" annotation with value \"true\" to delete: "
                + $"kubectl annotate {attributes.Definition.Kind.Plural} {attributes.Key.Name} "
                + $"{GardenerAnnotations.ConfirmationDeletion}=true");
        }

        await CheckApprovalAsync(deleted, attributes, cancellationToken);
    }

    /// <summary>Demands a second person where the project wants one.</summary>
    protected virtual ValueTask CheckApprovalAsync(
        T deleted, AdmissionAttributes attributes, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Who confirmed the deletion, or null.</summary>
    protected static string? By(T? value) =>
        value?.Metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.DeletionConfirmedBy);

    private static bool IsConfirmed(T? value) =>
        value?.Metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.ConfirmationDeletion) == "true";
}

/// <summary>The same for Shoots, whose project may demand that one person confirms and another deletes.</summary>
internal sealed class ShootDeletionConfirmation(GardenReader garden) : DeletionConfirmation<Shoot>(garden)
{
    protected override async ValueTask CheckApprovalAsync(
        Shoot deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var project = await Garden.ProjectOfAsync(deleted.Metadata.Namespace, cancellationToken);
        foreach (var rule in project?.Spec.DualApprovalForDeletion ?? [])
        {
            if (rule.Resource == "shoots" && By(deleted) == attributes.User.Name
                && (rule.IncludeServiceAccounts != false || !IsServiceAccount(attributes.User))
                && LabelSelectorMatcher.From(rule.Selector).Matches(deleted.Metadata.Labels))
            {
                throw Forbidden(attributes,
                    $"the project \"{project!.Metadata.Name}\" wants another person than \"{attributes.User.Name}\", "
                        + "who confirmed, to delete the Shoot");
            }
        }
    }

    private static bool IsServiceAccount(UserInfo user) =>
        user.Name.StartsWith(UserGroups.ServiceAccountPrefix, StringComparison.Ordinal);
}
