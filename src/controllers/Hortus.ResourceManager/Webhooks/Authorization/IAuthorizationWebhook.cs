namespace Hortus.ResourceManager.Webhooks.Authorization;

/// <summary>Says who may do what.</summary>
internal interface IAuthorizationWebhook
{
    /// <summary>Decides.</summary>
    /// <exception cref="Hortus.Client.ApiException">What it needs to know cannot be read.</exception>
    /// <exception cref="HttpRequestException">What it needs to know cannot be read.</exception>
    Task<AuthorizationVerdict> AuthorizeAsync(AuthorizationRequest request, CancellationToken cancellationToken);
}
