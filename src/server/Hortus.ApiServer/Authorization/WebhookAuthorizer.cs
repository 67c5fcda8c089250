using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Delegation;
using Hortus.ApiServer.Requests;
using Hortus.Pki;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Authorization;

/// <summary>Asks another server who may do what, by SubjectAccessReviews. A server that does not answer has no opinion. Answers are kept
/// for a while.</summary>
internal sealed partial class WebhookAuthorizer : IAuthorizer, IDisposable
{
    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(5);

    private readonly HttpClient http;
    private readonly AnswerCache<AuthorizationDecision> answers;
    private readonly TimeSpan allowedLifetime;
    private readonly TimeSpan otherLifetime;
    private readonly ILogger logger;

    public WebhookAuthorizer(WebhookKubeconfig config, ApiServerOptions options, TimeProvider time, ILogger logger)
    {
        this.logger = logger;
        answers = new AnswerCache<AuthorizationDecision>(time);
        allowedLifetime = options.AuthorizationWebhookCacheAuthorizedTtl;
        otherLifetime = options.AuthorizationWebhookCacheUnauthorizedTtl;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false };
        if (config.Certificate is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [certificate];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        if (config.Authorities is { } roots)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
                IsTrusted(shown as X509Certificate2, chain, errors, roots);
        }

        http = new HttpClient(handler) { BaseAddress = config.Server, Timeout = AnswerTimeMax };
    }

    /// <inheritdoc/>
    public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancellationToken)
    {
        var spec = AccessReviewSpec.Of(user, request);
        return answers.GetAsync(
            spec.ToJsonString(),
            () => AskAsync(spec, cancellationToken),
            decision => decision.Verdict == AuthorizationVerdict.Allow ? allowedLifetime : otherLifetime);
    }

    public void Dispose() => http.Dispose();

    private async ValueTask<AuthorizationDecision> AskAsync(JsonObject spec, CancellationToken cancellationToken)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = spec,
        };
        try
        {
            using var answer = await http.PostAsJsonAsync((Uri?)null, review, cancellationToken);
            answer.EnsureSuccessStatusCode();
            var status = (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))?["status"];
            var reason = status?["reason"]?.ToString() ?? "";
            return status?["allowed"]?.GetValue<bool>() == true ? AuthorizationDecision.Allow(reason)
                : status?["denied"]?.GetValue<bool>() == true ? AuthorizationDecision.Deny(reason)
                : AuthorizationDecision.NoOpinion(reason);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogUnanswered(logger, http.BaseAddress!, e.Message);
            return AuthorizationDecision.NoOpinion("the authorization webhook did not answer");
        }
    }

    private static bool IsTrusted(
        X509Certificate2? shown, X509Chain? received, SslPolicyErrors errors, X509Certificate2Collection roots)
    {
        if (shown is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ExtraStore.AddRange(received?.ChainPolicy.ExtraStore ?? []);
        return chain.Build(shown);
    }

    [LoggerMessage(LogLevel.Warning, "the authorization webhook at {Server} did not answer: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, Uri server, string reason);
}
