using System.Text.Json.Nodes;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Admission.Webhooks;

namespace Hortus.ApiServer.Objects;

/// <summary>All admission plug-ins in order, then the webhooks.</summary>
internal sealed class AdmissionChain(
    IReadOnlyList<IAdmissionPlugin> plugins, MutatingWebhooks? mutating, ValidatingWebhooks? validating)
{
    /// <summary>Whether any webhook is configured.</summary>
    public bool HasWebhooks => mutating?.IsIdle == false || validating?.IsIdle == false;

    /// <summary>Lets plug-ins and webhooks change the object. What webhooks changed, the plug-ins see again.</summary>
    /// <returns>The object before webhooks changed it, or null when they did not.</returns>
    public async ValueTask<JsonObject?> MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        await MutateByPluginsAsync(attributes, cancellationToken);
        if (mutating is null || await mutating.MutateAsync(attributes, cancellationToken) is not { } mutation)
        {
            return null;
        }

        var before = attributes.Object?.DeepClone();
        await MutateByPluginsAsync(attributes, cancellationToken);
        var changed = !JsonNode.DeepEquals(before, attributes.Object);
        await mutating.ReinvokeAsync(attributes, mutation, changed, cancellationToken);
        return mutation.Before;
    }

    public async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        foreach (var plugin in plugins)
        {
            await plugin.ValidateAsync(attributes, cancellationToken);
        }

        if (validating is not null)
        {
            await validating.ValidateAsync(attributes, cancellationToken);
        }
    }

    /// <summary>Asks webhooks alone, about the body of a subresource or a connection to one.</summary>
    public async ValueTask AskWebhooksAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (mutating is not null && await mutating.MutateAsync(attributes, cancellationToken) is { } mutation)
        {
            await mutating.ReinvokeAsync(attributes, mutation, changedSince: false, cancellationToken);
        }

        if (validating is not null)
        {
            await validating.ValidateAsync(attributes, cancellationToken);
        }
    }

    private async ValueTask MutateByPluginsAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        foreach (var plugin in plugins)
        {
            await plugin.MutateAsync(attributes, cancellationToken);
        }
    }
}
