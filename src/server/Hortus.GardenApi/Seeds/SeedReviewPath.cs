using System.Text.Json.Nodes;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.GardenApi.Seeds;

/// <summary>Answers the API server in front, which asks as it asks any authorization webhook what a gardenlet may do with the kinds that it
/// serves itself.</summary>
internal sealed class SeedReviewPath(IAuthorizer authorizer)
{
    /// <summary>Serves one review.</summary>
    /// <exception cref="ApiStatusException">400: the body is no SubjectAccessReview.</exception>
    public async Task HandleAsync(HttpContext http)
    {
        var review = await RequestBody.ReadObjectAsync(http.Request, http.RequestAborted);
        if (review?["spec"] is not JsonObject spec)
        {
            throw ApiErrors.BadRequest("the body must be a SubjectAccessReview with a spec");
        }

        var decision = await authorizer.AuthorizeAsync(
            AccessReviewSpec.UserOf(spec), AccessReviewSpec.RequestOf(spec), http.RequestAborted);
        var answer = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["status"] = new JsonObject
            {
                ["allowed"] = decision.Verdict == AuthorizationVerdict.Allow,
                ["reason"] = decision.Reason,
            },
        };
        await http.Response.WriteAsJsonAsync(answer, http.RequestAborted);
    }
}
