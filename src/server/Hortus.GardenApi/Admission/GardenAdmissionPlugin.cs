using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Requests;
using Hortus.GardenApi.Registry;
using Hortus.Objects;

namespace Hortus.GardenApi.Admission;

/// <summary>Base of admission plug-ins that care for one kind and see it typed.</summary>
internal abstract class GardenAdmissionPlugin<T> : IAdmissionPlugin where T : KubernetesObject
{
    private static readonly ResourceKind Kind = ResourceKind.Of<T>();

    public abstract string Name { get; }

    public async ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (Concerns(attributes) && attributes.Object is { } tree && TypedObjects.TryRead<T>(tree) is { } value)
        {
            var changed = await MutateAsync(value, Old(attributes), attributes, cancellationToken);
            if (!ReferenceEquals(changed, value))
            {
                TypedObjects.Write(tree, changed);
            }
        }
    }

    public async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (!Concerns(attributes))
        {
            return;
        }

        var errors = new FieldErrors();
        if (attributes.Operation == AdmissionOperation.Delete)
        {
            if (Old(attributes) is { } deleted)
            {
                await CheckDeleteAsync(deleted, attributes, cancellationToken);
            }
        }
        else if (attributes.Object is { } tree && TypedObjects.Read<T>(tree, errors) is { } value)
        {
            await CheckAsync(value, Old(attributes), attributes, errors, cancellationToken);
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(Kind, attributes.Key.Name, errors);
        }
    }

    /// <summary>Gives the object to write; the same reference leaves it as it is. Called for creations and updates,
    /// also of subresources.</summary>
    protected virtual ValueTask<T> MutateAsync(
        T value, T? old, AdmissionAttributes attributes, CancellationToken cancellationToken) =>
            ValueTask.FromResult(value);

    /// <summary>Adds faults (answered with 422) or throws another refusal. Called for creations and updates.</summary>
    protected virtual ValueTask CheckAsync(
        T value, T? old, AdmissionAttributes attributes, FieldErrors errors, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <summary>Refuses a deletion by throwing.</summary>
    protected virtual ValueTask CheckDeleteAsync(
        T deleted, AdmissionAttributes attributes, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>403 on the object of the request.</summary>
    protected static ApiStatusException Forbidden(AdmissionAttributes attributes, string why) =>
        ApiErrors.Forbidden(Kind, attributes.Key.Name, why);

    private static bool Concerns(AdmissionAttributes attributes) =>
        attributes.Definition.Kind.GroupVersionResource == Kind.GroupVersionResource;

    private static T? Old(AdmissionAttributes attributes) =>
        attributes.OldObject is { } old ? TypedObjects.TryRead<T>(old) : null;
}
