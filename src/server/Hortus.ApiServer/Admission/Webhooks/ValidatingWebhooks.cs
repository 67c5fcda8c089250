using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Webhooks;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>Asks all validating webhooks that a write concerns, at the same time.</summary>
internal sealed partial class ValidatingWebhooks(
    WebhookIndex index, WebhookCaller caller, ILogger<ValidatingWebhooks> logger)
{
    /// <summary>Name as in --disable-admission-plugins.</summary>
    public const string PluginName = "ValidatingAdmissionWebhook";

    /// <summary>Whether none is configured.</summary>
    public bool IsIdle => index.Current.Validating.Count == 0;

    /// <summary>Refuses what one of them refuses.</summary>
    /// <exception cref="ApiStatusException">A webhook refuses, or cannot be asked and must be.</exception>
    public async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var webhooks = index.Current.Validating;
        if (webhooks.Count == 0 || WebhookMatcher.IsExempt(attributes))
        {
            return;
        }

        var calls = new List<Task<Exception?>>();
        foreach (var webhook in webhooks)
        {
            if (await caller.PrepareAsync(webhook, attributes, cancellationToken) is { } call)
            {
                calls.Add(AskAsync(call, attributes, cancellationToken));
            }
        }

        foreach (var failure in await Task.WhenAll(calls))
        {
            if (failure is not null)
            {
                throw failure;
            }
        }
    }

    private async Task<Exception?> AskAsync(
        WebhookCall call, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await caller.CallAsync(call, attributes, mutating: false, cancellationToken);
            lock (attributes)
            {
                foreach (var warning in verdict.Warnings)
                {
                    attributes.Warn(warning);
                }
            }

            return verdict.Allowed ? null : AdmissionReviews.Denial(call.Webhook.Name, verdict.Status);
        }
        catch (WebhookCallException e) when (call.Webhook.Ignorable)
        {
            LogIgnored(logger, e, call.Webhook.Name);
            return null;
        }
        catch (WebhookCallException e)
        {
            return ApiErrors.Internal(e.Message, e);
        }
        catch (ApiStatusException e)
        {
            return e;
        }
    }

    [LoggerMessage(LogLevel.Warning, "validating webhook {Name} could not be asked, the request goes on")]
    private static partial void LogIgnored(ILogger logger, Exception error, string name);
}
