using System.Text.Json.Nodes;
using Hortus.ApiServer.Apply;

namespace Hortus.ApiServer.Objects;

/// <summary>Bookkeeping after webhooks have changed an object.</summary>
internal static class WebhookEffects
{
    private const string BadManagers =
        ".metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating "
        + "admission controller; please fix your requests";

    /// <summary>Puts back what webhooks may not change, and on apply notes the writer as owner of what they
    /// did.</summary>
    /// <exception cref="Requests.ApiStatusException">400: a webhook renamed the object.</exception>
    public static JsonObject Settle(
        JsonObject changed, JsonObject before, WriteContext context, bool isApply, TimeProvider time)
    {
        ObjectPreparation.KeepServerFields(changed, before);
        Metadata.Take(changed, before, "resourceVersion");
        ObjectPreparation.CheckIdentity(changed, before, context.Kind);
        if (!FieldOwners.AreReadable(changed))
        {
            Metadata.Take(changed, before, "managedFields");
            context.Warn(BadManagers);
        }

        return isApply
            ? FieldManagement.Update(before, changed, context.Definition.Schema(), context.Writer(time))
            : changed;
    }
}
