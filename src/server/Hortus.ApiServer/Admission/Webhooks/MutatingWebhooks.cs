using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Patching;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Schemas;
using Hortus.ApiServer.Webhooks;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>What mutating webhooks did to one object.</summary>
/// <param name="Before">The object before the first change.</param>
internal sealed record WebhookMutation(JsonObject Before)
{
    /// <summary>How many webhooks have changed the object.</summary>
    public int Changes { get; set; }

    /// <summary>Webhooks that want to see later changes, with the number of changes they have seen.</summary>
    public Dictionary<Webhook, int> Seen { get; } = [];
}

/// <summary>Asks the mutating webhooks that a write concerns, one after the other, and applies their patches.</summary>
internal sealed partial class MutatingWebhooks(
    WebhookIndex index, WebhookCaller caller, ILogger<MutatingWebhooks> logger)
{
    /// <summary>Name as in --disable-admission-plugins.</summary>
    public const string PluginName = "MutatingAdmissionWebhook";

    /// <summary>Whether none is configured.</summary>
    public bool IsIdle => index.Current.Mutating.Count == 0;

    /// <summary>Asks all of them once.</summary>
    /// <returns>What changed, or null when nothing did.</returns>
    /// <exception cref="ApiStatusException">A webhook refuses, or cannot be asked and must be.</exception>
    public async ValueTask<WebhookMutation?> MutateAsync(
        AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var webhooks = index.Current.Mutating;
        if (webhooks.Count == 0 || WebhookMatcher.IsExempt(attributes))
        {
            return null;
        }

        WebhookMutation? mutation = null;
        foreach (var webhook in webhooks)
        {
            mutation = await AskAsync(webhook, attributes, mutation, cancellationToken);
        }

        return mutation is { Changes: > 0 } ? mutation : null;
    }

    /// <summary>Asks those again that want to see what changed after them.</summary>
    /// <param name="attributes">The write.</param>
    /// <param name="mutation">The first round.</param>
    /// <param name="changedSince">Whether plug-ins of the server changed the object after the first round.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask ReinvokeAsync(
        AdmissionAttributes attributes,
        WebhookMutation mutation,
        bool changedSince,
        CancellationToken cancellationToken)
    {
        foreach (var (webhook, seen) in mutation.Seen.ToList())
        {
            if (changedSince || seen < mutation.Changes)
            {
                await AskAsync(webhook, attributes, mutation, cancellationToken);
            }
        }
    }

    private async ValueTask<WebhookMutation?> AskAsync(
        Webhook webhook,
        AdmissionAttributes attributes,
        WebhookMutation? mutation,
        CancellationToken cancellationToken)
    {
        if (await caller.PrepareAsync(webhook, attributes, cancellationToken) is not { } call)
        {
            return mutation;
        }

        mutation ??= new WebhookMutation((JsonObject)(attributes.Object ?? []).DeepClone());
        try
        {
            var verdict = await caller.CallAsync(call, attributes, mutating: true, cancellationToken);
            foreach (var warning in verdict.Warnings)
            {
                attributes.Warn(warning);
            }

            if (!verdict.Allowed)
            {
                throw AdmissionReviews.Denial(webhook.Name, verdict.Status);
            }

            if (verdict.Patch is { } patch && await PatchAsync(call, attributes, patch, cancellationToken))
            {
                mutation.Changes++;
            }
        }
        catch (WebhookCallException e) when (webhook.Ignorable)
        {
            LogIgnored(logger, e, webhook.Name);
        }
        catch (WebhookCallException e)
        {
            throw ApiErrors.Internal(e.Message, e);
        }

        if (webhook.Reinvocable)
        {
            mutation.Seen[webhook] = mutation.Changes;
        }

        return mutation;
    }

    /// <summary>Applies a patch; false when it changes nothing.</summary>
    private static async ValueTask<bool> PatchAsync(
        WebhookCall call,
        AdmissionAttributes attributes,
        ReadOnlyMemory<byte> patch,
        CancellationToken cancellationToken)
    {
        if (call.Object is not { } before || attributes.Object is not { } target)
        {
            throw ApiErrors.Internal(
                $"admission webhook \"{call.Webhook.Name}\" attempted to modify the object, which is not supported "
                + "for this operation");
        }

        var patched = Apply(call, before, patch);
        if (JsonNode.DeepEquals(patched, before))
        {
            return false;
        }

        if (attributes.ObjectKind is null)
        {
            Settle(patched, call.Asked.Schema());
            if (!ReferenceEquals(call.Asked, attributes.Definition))
            {
                patched = await call.Asked.ConvertAsync(attributes.Definition, patched, cancellationToken);
                Settle(patched, attributes.Definition.Schema());
            }
        }

        Replace(target, patched);
        return true;
    }

    private static JsonObject Apply(WebhookCall call, JsonObject before, ReadOnlyMemory<byte> patch)
    {
        try
        {
            var operations = JsonPatch.Parse(RequestDecoder.Decode(patch.Span, "application/json").Value);
            var patched = operations.Apply(before.DeepClone()) as JsonObject
                ?? throw ApiErrors.BadRequest("the patch does not leave an object");
            foreach (var field in (string[])["apiVersion", "kind"])
            {
                if (!JsonNode.DeepEquals(patched[field], before[field]))
                {
                    throw ApiErrors.BadRequest($"the patch changes {field}");
                }
            }

            return patched;
        }
        catch (ApiStatusException e)
        {
            throw ApiErrors.Internal($"admission webhook \"{call.Webhook.Name}\" sent a bad patch: {e.Message}", e);
        }
    }

    private static void Settle(JsonObject value, Hortus.Objects.SchemaNode schema)
    {
        StructuralSchema.Prune(value, schema);
        StructuralSchema.ApplyDefaults(value, schema);
    }

    /// <summary>Others hold the object, so that it stays and gets new fields.</summary>
    private static void Replace(JsonObject target, JsonObject source)
    {
        var fields = source.ToList();
        source.Clear();
        target.Clear();
        foreach (var (name, value) in fields)
        {
            target[name] = value;
        }
    }

    [LoggerMessage(LogLevel.Warning, "mutating webhook {Name} could not be asked, the request goes on")]
    private static partial void LogIgnored(ILogger logger, Exception error, string name);
}
