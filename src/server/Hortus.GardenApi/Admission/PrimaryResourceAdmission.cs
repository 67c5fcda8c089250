using Hortus.ApiServer.Admission;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Admission;

/// <summary>Lets only one ControllerRegistration own a kind and type; others may serve it as well, but not primarily.</summary>
internal sealed class PrimaryResourceAdmission(GardenReader garden) : GardenAdmissionPlugin<ControllerRegistration>
{
    public override string Name => "ControllerRegistrationResources";

    protected override async ValueTask CheckAsync(
        ControllerRegistration value, ControllerRegistration? old, AdmissionAttributes attributes, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        var owned = Owned(value);
        if (owned.Count == 0 || (old is not null && owned.IsSubsetOf(Owned(old))))
        {
            return;
        }

        foreach (var other in await garden.Objects.ListAsync<ControllerRegistration>(null, cancellationToken))
        {
            if (other.Metadata.Name != value.Metadata.Name && Owned(other).Where(owned.Contains).Order().ToList() is { Count: > 0 } clash)
            {
                throw Forbidden(attributes, string.Join("; ", clash.Select(pair =>
                    $"{pair.Kind}/{pair.Type} is controlled primarily by ControllerRegistration \"{other.Metadata.Name}\" already"))
                    + ": set primary: false here, or delete the other");
            }
        }
    }

    private static HashSet<(string Kind, string Type)> Owned(ControllerRegistration registration) =>
        [.. (registration.Spec.Resources ?? []).Where(r => r.Primary != false).Select(r => (r.Kind, r.Type))];
}
