using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.Kubelet.Server;

/// <summary>Answers that are no success.</summary>
internal static class Answers
{
    public static async Task RefuseAsync(HttpContext context, int code, string reason, string message)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        var status = new Status { Outcome = "Failure", Code = code, Reason = reason, Message = message };
        await context.Response.Body.WriteAsync(KubernetesJson.Serialize(status), context.RequestAborted);
    }
}
