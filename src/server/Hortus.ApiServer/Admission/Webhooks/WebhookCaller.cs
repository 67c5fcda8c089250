using System.Text.Json.Nodes;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Schemas.Cel;
using Hortus.ApiServer.Webhooks;
using Hortus.Objects;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>A webhook that a request concerns, with the objects in the version it asks for.</summary>
/// <param name="Webhook">Whom to ask.</param>
/// <param name="Asked">The resource in that version.</param>
/// <param name="Object">The object to be written; null for deletions.</param>
/// <param name="OldObject">The object before; null when there is none.</param>
internal sealed record WebhookCall(
    Webhook Webhook, ResourceDefinition Asked, JsonObject? Object, JsonObject? OldObject);

/// <summary>Asks webhooks.</summary>
internal sealed class WebhookCaller(
    WebhookMatcher matcher, IAuthorizer authorizer, WebhookMetrics metrics, TimeProvider time)
{
    /// <summary>The call to make for a request, or null when the webhook is not concerned.</summary>
    /// <exception cref="ApiStatusException">403: conditions that say so cannot be evaluated.</exception>
    public async ValueTask<WebhookCall?> PrepareAsync(
        Webhook webhook, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (await matcher.MatchAsync(webhook, attributes, cancellationToken) is not { } asked)
        {
            return null;
        }

        var call = new WebhookCall(
            webhook,
            asked,
            await ConvertAsync(attributes, attributes.Object, asked, cancellationToken),
            await ConvertAsync(attributes, attributes.OldObject, asked, cancellationToken));
        if (webhook.Conditions.IsEmpty)
        {
            return call;
        }

        var request = AdmissionReviews.RequestOf(attributes, "", asked.Kind);
        var access = new CelAccess { User = attributes.User, Request = AdmissionReviews.AccessOf(attributes) };
        var (holds, fault) = await webhook.Conditions.EvaluateAsync(
            new ConditionInput(call.Object, call.OldObject, request, access), authorizer, cancellationToken);
        if (fault is null || webhook.Ignorable)
        {
            return holds ? call : null;
        }

        throw ApiErrors.Forbidden(attributes.Definition.Kind, attributes.Key.Name, fault);
    }

    /// <summary>Asks.</summary>
    /// <exception cref="WebhookCallException">It does not answer properly.</exception>
    /// <exception cref="ApiStatusException">400: it must not be asked on dry run.</exception>
    public async Task<AdmissionVerdict> CallAsync(
        WebhookCall call, AdmissionAttributes attributes, bool mutating, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var allowed = false;
        try
        {
            var verdict = await AskAsync(call, attributes, mutating, cancellationToken);
            allowed = verdict.Allowed;
            return verdict;
        }
        catch (WebhookCallException) when (call.Webhook.Ignorable)
        {
            allowed = true;
            throw;
        }
        finally
        {
            metrics.Called(call, attributes.Operation, mutating, allowed, time.GetElapsedTime(start));
        }
    }

    private static async Task<AdmissionVerdict> AskAsync(
        WebhookCall call, AdmissionAttributes attributes, bool mutating, CancellationToken cancellationToken)
    {
        var webhook = call.Webhook;
        if (attributes.DryRun && !webhook.AllowsDryRun)
        {
            throw ApiErrors.BadRequest($"admission webhook \"{webhook.Name}\" does not support dry run");
        }

        try
        {
            var endpoint = webhook.Endpoint ?? throw new WebhookCallException(webhook.Fault ?? "it has no address");
            var uid = Guid.NewGuid().ToString();
            var review = AdmissionReviews.Write(
                AdmissionReviews.RequestOf(attributes, uid, call.Asked.Kind),
                call.Object,
                call.OldObject);
            JsonObject answer;
            try
            {
                answer = await endpoint.PostAsync(review, webhook.Timeout, cancellationToken);
            }
            catch (WebhookCallException e)
            {
                throw new WebhookCallException($"failed to call webhook: {e.Message}", e);
            }

            return AdmissionReviews.Read(answer, uid, mutating);
        }
        catch (WebhookCallException e)
        {
            throw new WebhookCallException($"failed calling webhook \"{webhook.Name}\": {e.Message}", e);
        }
    }

    private static async ValueTask<JsonObject?> ConvertAsync(
        AdmissionAttributes attributes, JsonObject? value, ResourceDefinition asked, CancellationToken cancellationToken)
    {
        var isOwn = attributes.ObjectKind is not null || ReferenceEquals(asked, attributes.Definition);
        return value is null || isOwn
            ? value
            : await attributes.Definition.ConvertAsync(asked, value, cancellationToken);
    }
}
